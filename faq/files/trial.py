"""Trying a change on a mirror of the folder before it is written: what it would bring."""

import hashlib
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from faq.files.field_problems import in_fields
from faq.files.folder import FolderReport, inspect_folder
from faq.files.known_entries import KnownEntries
from faq.files.record_files import Place
from faq.problem import Problem

# What inspecting a folder reads: nothing stands deeper.
_READ: Final = ("*", "entries/*", "items/*")
_REMEMBERED_WORDINGS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Tried:
    """A folder as it would be; `new` are the problems that it does not have yet."""

    folder: Path
    replaced: bytes | None
    before: FolderReport
    after: FolderReport
    new: tuple[Problem, ...]

    def leaves_the_rest(self, item_id: str) -> bool:
        """Tell whether everything but what has that id reads as before."""
        return bool(_all_but(self.before, item_id) == _all_but(self.after, item_id))

    def new_in_fields(self, place: Place | None, item_id: str) -> list[tuple[str, str]]:
        """Return the new problems, each with the field of a record that it is in, or ""."""
        if place is None:
            return [("", one.message) for one in self.new]
        return in_fields(self.new, place, item_id, self._text)

    def _text(self, file: str) -> str:
        path = self.folder / file
        return path.read_text("utf-8") if path.is_file() else ""


class Trial:
    """Inspects a folder as it is and as it would be; what stays the same is read once."""

    def __init__(
        self, folder: Path, normalise: Callable[[str], str], known: bytes | None = None
    ) -> None:
        self._folder = folder
        self._normalise = lru_cache(maxsize=_REMEMBERED_WORDINGS)(normalise)
        self._known = known
        self._seen: dict[str, tuple[FolderReport, bytes]] = {}
        self._one_at_a_time = threading.RLock()

    def now(self) -> FolderReport:
        """Return the folder as it is; its problems name files below the folder."""
        with self._one_at_a_time:
            return self._as_it_is(_contents(self._folder))

    @contextmanager
    def of(self, file: str, content: bytes) -> Iterator[Tried]:
        """Give the folder as it would be with another content of one file, without one if empty."""
        with self._one_at_a_time, tempfile.TemporaryDirectory() as made:
            trial = Path(made) / "faq"
            contents = _contents(self._folder)
            before = self._as_it_is(contents)
            _mirror(self._folder, trial, contents, file)
            if content:
                (trial / file).write_bytes(content)
            after, _ = self._seen_as(trial, {**contents, file: content})
            yield Tried(trial, contents.get(file), before, after, _new(before, after))

    def _as_it_is(self, contents: Mapping[str, bytes]) -> FolderReport:
        # A refused trial never comes to be known: a faulty file is not read entry by entry.
        report, self._known = self._seen_as(self._folder, contents)
        return report

    def _seen_as(self, folder: Path, contents: Mapping[str, bytes]) -> tuple[FolderReport, bytes]:
        digest = _digest(contents)
        if digest not in self._seen:
            known = KnownEntries.from_bytes(self._known)
            found = inspect_folder(folder, self._normalise, known)
            problems = tuple(_below(one, folder) for one in found.problems)
            last = list(self._seen.items())[-1:]
            self._seen = dict(
                [*last, (digest, (replace(found, problems=problems), known.to_bytes()))]
            )
        return self._seen[digest]


def _contents(folder: Path) -> dict[str, bytes]:
    paths = {path for pattern in _READ for path in folder.glob(pattern) if path.is_file()}
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(paths)}


def _digest(contents: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for file in sorted(contents):
        whole.update(f"{file}\0{len(contents[file])}\0".encode() + contents[file])
    return whole.hexdigest()


def _mirror(folder: Path, trial: Path, contents: Mapping[str, bytes], changed: str) -> None:
    """Make a folder of links to all files but one."""
    for file in [changed, *contents]:
        (trial / file).parent.mkdir(parents=True, exist_ok=True)
        if file != changed:
            (trial / file).symlink_to((folder / file).resolve())


def _below(problem: Problem, folder: Path) -> Problem:
    """Return the problem with the names of files as they are below the folder."""
    above = f"{folder}/"
    return replace(
        problem,
        file=problem.file.removeprefix(above),
        message=problem.message.replace(above, ""),
    )


def _new(before: FolderReport, after: FolderReport) -> tuple[Problem, ...]:
    known = Counter((one.file, one.message) for one in before.problems)
    new = []
    for one in after.problems:
        if known[one.file, one.message]:
            known[one.file, one.message] -= 1
        else:
            new.append(one)
    return tuple(new)


def _all_but(report: FolderReport, item_id: str) -> Any:
    book = report.folder.book
    return [
        [one for one in listed if one.id != item_id]
        for listed in (book.entries, book.sentences, book.offices, book.groups)
    ]
