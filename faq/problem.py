"""What is wrong in a file, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


class FaqError(Exception):
    """Base of everything the FAQ package raises.

    FaqError
    ├── FaqFolderError   the folder or file has problems; carries every one of them
    └── IndexDamaged     a stored index cannot be read, or is not of this book
    """


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a file: lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class FaqFolderError(FaqError):
    """The FAQ cannot be used as it is; `problems` says what to mend, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class IndexDamaged(FaqError):
    """The files of an index are missing, cut short or belong to another book."""
