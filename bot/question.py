"""What one citizen typed, on one channel, at one time; masked from birth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from bot.errors import QuestionRejected
from faq.entry import FaqEntry
from faq.office import JAPAN
from nlp.language import language_of
from nlp.normalise import MAX_CHARACTERS, normalise
from nlp.personal_data import MaskedText, mask

Channel = Literal["web", "line", "staff", "cli"]

CHANNEL_LABELS: Final[Mapping[Channel, str]] = {
    "web": "ウェブサイト",
    "line": "LINE",
    "staff": "職員画面",
    "cli": "コマンド",
}


def plain_question(text: str) -> str:
    """Return what was typed, normalised; raises QuestionRejected as Question.from_text does."""
    if len(text) > MAX_CHARACTERS:
        raise QuestionRejected("too_long")
    plain = normalise(text)
    if not plain:
        raise QuestionRejected("empty")
    if len(plain) > MAX_CHARACTERS:
        raise QuestionRejected("too_long")
    return plain


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be considered: normalised, masked, with what is known around it.

    `asked_at` is an aware time; `ward` and `entry_id` are what the conversation already knows.
    """

    text: MaskedText
    channel: Channel
    asked_at: datetime
    language: str = "ja"
    ward: str | None = None
    entry_id: str | None = None

    @classmethod
    def from_text(
        cls,
        text: str,
        channel: Channel,
        asked_at: datetime,
        *,
        language: str = "ja",
        ward: str | None = None,
        entry_id: str | None = None,
    ) -> "Question":
        """Mask and normalise what was typed; its script tells the language where none was chosen.

        Raises QuestionRejected("empty") when nothing readable is left, ("too_long") beyond 500
        characters, before or after normalising.
        """
        plain = plain_question(text)
        spoken = language_of(plain) if language == "ja" else language
        return cls(mask(plain), channel, asked_at, spoken, ward, entry_id)

    def put_as(self, text: str) -> "Question":
        """Return the same question in other words, of a FAQ or of its own parts."""
        return replace(self, text=mask(normalise(text)))

    def may_see(self, entry: FaqEntry) -> bool:
        """Tell whether the asker may be shown an entry that is talked about."""
        today = self.asked_at.astimezone(JAPAN).date()
        return entry.may_be_read(today, by_staff=self.sees_staff_entries)

    @property
    def sees_staff_entries(self) -> bool:
        """Whether entries for staff only may answer."""
        return self.channel == "staff"
