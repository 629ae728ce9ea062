"""The stored record of one question and its reply, and what makes it a miss."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

import uuid_utils

from bot.question import Channel, Question
from bot.reply import Fixed, Kind, Reply, shown_entries
from nlp.personal_data import MaskedText, mask

MissReason = Literal["no_entry", "unsure", "not_helpful", "low_confidence"]

MISS_LABELS: Final[Mapping[MissReason, str]] = {
    "no_entry": "答えられるFAQがなかった",
    "unsure": "候補を出して聞き返した",
    "not_helpful": "「役に立たなかった」と言われた",
    "low_confidence": "答えたが、確からしさが低かった",
}

LOW_CONFIDENCE: Final = 0.6
"""Below it an answer is looked at, even if nobody complained: four in ten would be wrong."""

_NEAREST: Final = 5
_NOT_KEPT: Final = mask("")


@dataclass(frozen=True, slots=True)
class Nearest:
    """An entry that was near a question, with its score: why a miss missed."""

    entry_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question and its reply, as kept: masked text, never who asked."""

    id: str
    kind: Kind
    channel: Channel
    text: MaskedText
    language: str
    ward: str | None
    entry_id: str | None
    confidence: float
    asked_at: datetime
    release: int
    nearest: tuple[Nearest, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a citizen said of a reply; the last word counts."""

    inquiry_id: str
    helpful: bool
    reason: MaskedText
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Miss:
    """An inquiry to review, and why."""

    inquiry: Inquiry
    reason: MissReason


class InquiryRecorder(Protocol):
    """Keeps inquiries; returns only when the record is durable."""

    async def record(self, inquiry: Inquiry) -> None:
        """Store the inquiry durably."""
        ...


def inquiry_of(question: Question, reply: Reply, release: int, inquiry_id: str = "") -> Inquiry:
    """Return the record of a question and its reply, with a new id unless it has one already."""
    shown = shown_entries(reply)
    nearest = () if isinstance(reply, Fixed) else reply.ranking.best[:_NEAREST]
    private = isinstance(reply, Fixed) and reply.sentence.private
    return Inquiry(
        id=inquiry_id or new_id(question.asked_at),
        kind=reply.kind,
        channel=question.channel,
        text=_NOT_KEPT if private else question.text,
        language=question.language,
        ward=None if private else question.ward,
        entry_id=shown[0] if reply.kind == "answered" else None,
        confidence=reply.confidence,
        asked_at=question.asked_at,
        release=release,
        nearest=tuple(Nearest(ranked.entry_id, ranked.score) for ranked in nearest),
    )


def asked_again(inquiry: Inquiry) -> Question:
    """Return the question of a record, to ask it again."""
    return Question(
        text=inquiry.text,
        channel=inquiry.channel,
        asked_at=inquiry.asked_at,
        language=inquiry.language,
        ward=inquiry.ward,
    )


def miss_reason(kind: Kind, helpful: bool | None, confidence: float = 1.0) -> MissReason | None:
    """Return why an inquiry needs review, or None when it does not."""
    if helpful is False:
        return "not_helpful"
    if kind == "unanswered":
        return "no_entry"
    if helpful or kind == "fixed":
        return None
    if kind == "unsure":
        return "unsure"
    return "low_confidence" if confidence < LOW_CONFIDENCE else None


def new_id(at: datetime) -> str:
    """Return a new id of an inquiry, in the order of time (UUIDv7)."""
    return str(uuid_utils.uuid7(nanoseconds=int(at.timestamp() * 1e9)))
