"""How far the working out of a draft is, as the console shows it."""

from dataclasses import dataclass
from typing import Literal, Protocol

Aim = Literal["index", "check"]
"""`index` makes the draft's index, to try questions on; `check` its impact, to publish it."""


@dataclass(frozen=True, slots=True)
class Progressing:
    """What is being done now, and how much of it."""

    aim: Aim
    step: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """How it ended: the number of the draft of a check, or what was wrong, line by line."""

    aim: Aim
    draft: int = 0
    problems: tuple[str, ...] = ()


State = Progressing | Finished | None


class Preparer(Protocol):
    """Works out drafts beside the answering, one at a time."""

    @property
    def state(self) -> State:
        """What is being done, or how the last piece of work ended."""
        ...

    def start(self, aim: Aim, by: str) -> bool:
        """Begin unless something runs already; True when it began."""
        ...
