"""What the desk says: exactly one of Answered, Unsure, Unanswered, Fixed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ranking import Ranking
from faq.entry import FaqEntry
from faq.office import Office
from faq.sentence import FixedSentence

Kind = Literal["answered", "unsure", "unanswered", "fixed"]

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
    next_opening: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry as the citizen reads it: the approved text in `language`, Markdown."""

    entry: FaqEntry
    question: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The city's own answer; `candidates` are the answer's entry and the questions near it."""

    answer: Answer
    confidence: float
    candidates: tuple[Candidate, ...]
    contact: Contact | None
    ranking: Ranking
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No entry fits: said plainly, with whom to call.

    The ranking still carries the nearest entries, so that staff can see why they were not given.
    """

    prompt: str
    confidence: float
    contact: Contact | None
    ranking: Ranking
    kind: Literal["unanswered"] = "unanswered"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An approved sentence that comes before any search."""

    sentence: FixedSentence
    prompt: str
    contact: Contact | None
    confidence: float = 1.0
    kind: Literal["fixed"] = "fixed"


Reply = Answered | Unsure | Unanswered | Fixed


def shown_entries(reply: Reply) -> tuple[str, ...]:
    """Return the ids of the entries the citizen sees (at most five), the answer first."""
    if isinstance(reply, Answered | Unsure):
        return tuple(candidate.entry_id for candidate in reply.candidates)
    return ()
