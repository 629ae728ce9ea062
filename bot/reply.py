"""What the desk says: exactly one of Answered, Unsure, Unanswered, Fixed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.ranking import Ranking
from faq.city import Ward
from faq.entry import FaqEntry
from faq.office import Office
from faq.opening_days import OpeningDay
from faq.sentence import FixedSentence
from nlp.personal_data import MaskedText

Kind = Literal["answered", "unsure", "unanswered", "fixed"]

_MOST_SHOWN: Final = 5

KIND_LABELS: dict[Kind, str] = {
    "answered": "回答",
    "unsure": "聞き返し",
    "unanswered": "該当なし",
    "fixed": "定型",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry with its confidence (0 to 1) for one question."""

    entry_id: str
    question: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a clarifying question, with the entries it leads to, best first."""

    label: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Clarification:
    """One question back, in the city's approved words, with two to five answers to choose from."""

    prompt: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call, and whether someone answers there now."""

    office: Office
    open_now: bool
    closes_at: datetime | None
    next_opening: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry as the citizen reads it: the approved text in `language`, Markdown.

    `caution` is an approved sentence where the text may be out of date, else empty.
    """

    entry: FaqEntry
    question: str
    text: str
    language: str
    contact: Contact | None = None
    caution: str = ""


@dataclass(frozen=True, slots=True)
class WardQuestion:
    """Which ward the citizen lives in: asked once, where the answer depends on it."""

    prompt: str
    wards: tuple[Ward, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Answered:
    """The city's own answer; `candidates` are the answer's entry and the questions near it.

    `more` answers what else the message asked; `unfound` are the parts of it that no entry
    answers, named by `unfound_note`.
    """

    answer: Answer
    confidence: float
    candidates: tuple[Candidate, ...]
    contact: Contact | None
    ranking: Ranking
    ward_question: WardQuestion | None = None
    more: tuple[Answer, ...] = ()
    unfound: tuple[MaskedText, ...] = ()
    unfound_note: str = ""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Unsure:
    """A few entries to choose from, because the first one is not sure enough.

    `clarification` is asked before the list where the list alone would leave out too much.
    """

    prompt: str
    confidence: float
    candidates: tuple[Candidate, ...]
    clarification: Clarification | None
    contact: Contact | None
    ranking: Ranking
    kind: Literal["unsure"] = "unsure"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Unanswered:
    """No entry fits: said plainly, with whom to call.

    The ranking still carries the nearest entries, so that staff can see why they were not given.
    """

    prompt: str
    confidence: float
    contact: Contact | None
    ranking: Ranking
    kind: Literal["unanswered"] = "unanswered"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Fixed:
    """An approved sentence instead of an entry.

    `days` are the hours asked for; `page` is an entry to read in Japanese, where the asker's
    language has no approved text of it; `near` are entries to choose from beneath the sentence:
    of danger, for those who only asked something, or that others are to be asked.
    """

    sentence: FixedSentence
    prompt: str
    contact: Contact | None
    days: tuple[OpeningDay, ...] = ()
    page: FaqEntry | None = None
    near: tuple[Candidate, ...] = ()
    confidence: float = 1.0
    kind: Literal["fixed"] = "fixed"


Reply = Answered | Unsure | Unanswered | Fixed


def shown_entries(reply: Reply) -> tuple[str, ...]:
    """Return the ids of the entries the citizen sees (at most five), the answers first."""
    if isinstance(reply, Answered):
        answers = [answer.entry.id for answer in (reply.answer, *reply.more)]
        near = [candidate.entry_id for candidate in reply.candidates]
        return tuple(dict.fromkeys([*answers, *near]))[:_MOST_SHOWN]
    if isinstance(reply, Unsure):
        return tuple(candidate.entry_id for candidate in reply.candidates)
    if isinstance(reply, Fixed):
        return (reply.page.id,) if reply.page else tuple(one.entry_id for one in reply.near)
    return ()
