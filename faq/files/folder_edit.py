"""Changing the FAQ folder in place: whole or not at all, and only as it was last looked at."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar

from faq.entry import FaqEntry
from faq.files.folder import FolderReport, inspect_folder
from faq.files.golden import GoldenQuestion, read_golden
from faq.files.known_entries import KnownEntries
from faq.files.plain_fields import (
    Fields,
    entry_fields,
    notice_fields,
    office_fields,
    sentence_fields,
)
from faq.files.yaml_edit import CannotEdit, Item, edited, item_of, rendered
from faq.files.yaml_file import Problems
from faq.notice import Notice
from faq.office import Office
from faq.problem import FaqError, FaqFolderError, Problem
from faq.sentence import FixedSentence

Kind = Literal["entry", "sentence", "office", "notice", "golden"]
T = TypeVar("T", FaqEntry, FixedSentence, Office, Notice)

_FILES: Final[Mapping[Kind, str]] = {
    "sentence": "replies.yaml",
    "office": "offices.yaml",
    "notice": "notices.yaml",
    "golden": "golden.jsonl",
}
_UNLESS_SAID: Final[Mapping[str, Any]] = {
    "audience": "public",
    "group": "answering",
    "level": "info",
    "closed": {"holidays": True, "year_end": True},
}
"""What a field means that is not written."""

_SECTIONS: Final[Mapping[Kind, str]] = {"office": "offices"}
_VERSION_DIGITS: Final = 16
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")
_EMPTY_LIST: Final = re.compile(r"^\[\][ \t]*\n?", re.MULTILINE)
_NEW_FILE: Final = "entries/new.yaml"
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """Something as it stands in a file; `version` changes with every change of it."""

    value: T
    version: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record: its text before and after, empty where it was not there."""

    kind: Kind
    id: str
    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong in a field; `field` is empty where it is of the whole."""

    field: str
    message: str


class UnknownItem(FaqError):
    """There is nothing of that id in the folder (any more)."""


class EditConflict(FaqError):
    """Somebody else has changed it meanwhile; `text` is how it stands now."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("ほかの人が先に変えました。今の内容を確かめてください")


class EditRefused(FaqFolderError):
    """The change would bring problems into the folder; nothing was written."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        self.fields = problems
        super().__init__(Problem("", 0, 0, one.message) for one in problems)


class FolderEditor:
    """Reads and writes single records of a folder; one writer at a time, across processes."""

    def __init__(self, folder: Path, normalise: Callable[[str], str]) -> None:
        self.folder = folder
        self._normalise = normalise
        self._known = KnownEntries()
        self._lock = folder.parent / f".{folder.name}.lock"

    def entry(self, entry_id: str) -> Written[FaqEntry]:
        """Return an entry as it is written; raises UnknownItem, as all of these do."""
        return self._written("entry", entry_id, lambda report: report.folder.book.by_id[entry_id])

    def sentence(self, sentence_id: str) -> Written[FixedSentence]:
        """Return a fixed sentence as it is written."""
        return self._written(
            "sentence", sentence_id, lambda one: one.folder.book.sentence(sentence_id)
        )

    def office(self, office_id: str) -> Written[Office]:
        """Return an office as it is written."""
        return self._written("office", office_id, lambda one: one.folder.book.office(office_id))

    def change_entry(self, entry: FaqEntry, version: str) -> Change:
        """Change an entry; raises EditConflict, EditRefused, CannotEdit, as all of these do."""
        return self._change("entry", entry.id, entry_fields(entry), version)

    def change_sentence(self, sentence: FixedSentence, version: str) -> Change:
        """Change a fixed sentence."""
        return self._change("sentence", sentence.id, sentence_fields(sentence), version)

    def change_office(self, office: Office, version: str) -> Change:
        """Change an office."""
        return self._change("office", office.id, office_fields(office), version)

    def put_notice(self, notice: Notice) -> Change:
        """Change a prepared notice, or add one."""
        with self._locked():
            found = self._find("notice", notice.id)
            fields = notice_fields(notice)
            if found:
                return self._write("notice", notice.id, *found, self._edited(found[1], fields))
            return self._append("notice", notice.id, _FILES["notice"], fields)

    def add_entry(self, entry: FaqEntry) -> Change:
        """Add an entry to the file where its topic is."""
        with self._locked():
            if self._find("entry", entry.id):
                raise EditRefused(
                    (FieldProblem("id", f"番号「{entry.id}」は、もう使われています"),)
                )
            return self._append("entry", entry.id, self._home(entry), entry_fields(entry))

    def remove_entry(self, entry_id: str, version: str) -> Change:
        """Remove an entry."""
        with self._locked():
            file, item = self._current("entry", entry_id, version)
            return self._write("entry", entry_id, file, item, "")

    def add_phrasing(self, entry_id: str, phrasing: str) -> Change:
        """Add a phrasing to an entry, whatever else was changed in it meanwhile."""
        with self._locked():
            file, item = self._there("entry", entry_id)
            listed = item.values.get("phrasings") or []
            fields = {"phrasings": [*map(str, listed), phrasing]}
            return self._write("entry", entry_id, file, item, self._edited(item, fields))

    def add_golden(self, query: str, relevant: Mapping[str, int]) -> Change | None:
        """Add a golden question at the end of the file; None when the question is there already."""
        file = _FILES["golden"]
        with self._locked():
            path = self.folder / file
            if query in {one.query for one in self._golden()}:
                return None
            line = json.dumps({"query": query, "relevant": dict(relevant)}, ensure_ascii=False)
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            joint = "" if not text or text.endswith("\n") else "\n"
            self._check(file, f"{text}{joint}{line}\n", "golden", query)
            _write_whole(path, f"{text}{joint}{line}\n")
            return Change("golden", query, file, "", f"{line}\n")

    def problems(self, entry: FaqEntry, *, is_new: bool) -> tuple[FieldProblem, ...]:
        """Return what would be wrong with the folder if an entry were written so."""
        try:
            if is_new:
                file = self._home(entry)
                text = _joined(self._text(file), rendered(_without_empty(entry_fields(entry))))
            else:
                file, item = self._there("entry", entry.id)
                whole = self._text(file)
                new = self._edited(item, entry_fields(entry))
                text = whole[: item.start] + new + whole[item.end :]
            self._check(file, text, "entry", entry.id)
        except EditRefused as refused:
            return refused.fields
        except CannotEdit as error:
            return (FieldProblem("", str(error)),)
        return ()

    def proposed_id(self, entry: FaqEntry) -> str:
        """Return an id that is not used yet, after the file where the entry goes."""
        stem = _NOT_IN_IDS.sub("-", Path(self._home(entry)).stem.lower()).strip("-") or "faq"
        used = {one.id for one in self._report().folder.book.entries}
        number = 1
        while f"{stem}-{number}" in used:
            number += 1
        return f"{stem}-{number}"

    def undo(self, change: Change) -> Change:
        """Put a record back as it was before a change; raises EditConflict if it is another now."""
        with self._locked():
            text = self._text(change.file)
            at = _place_of(text, change)
            if change.before and not change.after:
                item_text = _joined(text, change.before)
            else:
                item_text = text[:at] + change.before + text[at + len(change.after) :]
            self._check(change.file, item_text, change.kind, change.id)
            self._keep(change.file, item_text)
        return Change(change.kind, change.id, change.file, change.after, change.before)

    def _written(
        self, kind: Kind, item_id: str, value: Callable[[FolderReport], T | None]
    ) -> Written[T]:
        file, item = self._there(kind, item_id)
        found = value(self._report())
        if found is None:
            raise UnknownItem(f"「{item_id}」はありません")
        return Written(found, version_of(item.text), file, item.text)

    def _change(self, kind: Kind, item_id: str, fields: Fields, version: str) -> Change:
        with self._locked():
            file, item = self._current(kind, item_id, version)
            return self._write(kind, item_id, file, item, self._edited(item, fields))

    def _edited(self, item: Item, fields: Fields) -> str:
        changes = {
            name: value for name, value in fields.items() if not _is_written(item, name, value)
        }
        return edited(item, changes) if changes else item.text

    def _append(self, kind: Kind, item_id: str, file: str, fields: Fields) -> Change:
        text = self._text(file)
        new = rendered(_without_empty(fields))
        # An empty list gives way to its first record.
        empty = _EMPTY_LIST.search(text)
        before = empty.group() if empty else ""
        whole = text.replace(before, new) if before else _joined(text, new)
        self._check(file, whole, kind, item_id)
        self._keep(file, whole)
        return Change(kind, item_id, file, before, new)

    def _write(self, kind: Kind, item_id: str, file: str, item: Item, new: str) -> Change:
        text = self._text(file)
        whole = text[: item.start] + new + text[item.end :]
        if new != item.text:
            self._check(file, whole, kind, item_id)
            self._keep(file, whole)
        return Change(kind, item_id, file, item.text, new)

    def _current(self, kind: Kind, item_id: str, version: str) -> tuple[str, Item]:
        file, item = self._there(kind, item_id)
        if version_of(item.text) != version:
            raise EditConflict(item.text)
        return file, item

    def _there(self, kind: Kind, item_id: str) -> tuple[str, Item]:
        found = self._find(kind, item_id)
        if found is None:
            raise UnknownItem(f"「{item_id}」はありません")
        return found

    def _find(self, kind: Kind, item_id: str) -> tuple[str, Item] | None:
        for file in self._files(kind):
            text = self._text(file)
            item = item_of(text, item_id, _SECTIONS.get(kind, "")) if item_id in text else None
            if item:
                return file, item
        return None

    def _files(self, kind: Kind) -> Iterator[str]:
        if kind != "entry":
            yield _FILES[kind]
            return
        for path in sorted((self.folder / "entries").glob("*.yaml")):
            yield str(path.relative_to(self.folder))

    def _home(self, entry: FaqEntry) -> str:
        """Return the file where most entries of the same topic are."""
        counts: dict[str, int] = {}
        ids = {one.id for one in self._report().folder.book.entries if one.topic == entry.topic}
        for file in self._files("entry") if ids else ():
            text = self._text(file)
            counts[file] = sum(f"id: {one}\n" in text for one in ids)
        best = max(counts, key=lambda file: counts[file], default=_NEW_FILE)
        return best if counts.get(best) else _NEW_FILE

    def _golden(self) -> list[GoldenQuestion]:
        path = self.folder / _FILES["golden"]
        read = read_golden(path, Problems(str(path))) if path.is_file() else []
        return [question for question, _ in read]

    def _text(self, file: str) -> str:
        path = self.folder / file
        if not path.is_file():
            return ""
        # As it is, whatever its line ends are.
        return path.read_bytes().decode("utf-8").removeprefix(_BOM)

    def _keep(self, file: str, text: str) -> None:
        path = self.folder / file
        has_mark = path.is_file() and path.read_bytes().startswith(_BOM.encode())
        _write_whole(path, f"{_BOM}{text}" if has_mark else text)

    def _report(self, folder: Path | None = None) -> FolderReport:
        self._known = KnownEntries.from_bytes(self._known.to_bytes())
        return inspect_folder(folder or self.folder, self._normalise, self._known)

    def _check(self, file: str, text: str, kind: Kind, item_id: str) -> None:
        """Raise EditRefused with the problems that a file written so would bring."""
        with tempfile.TemporaryDirectory() as made:
            trial = Path(made) / "faq"
            _mirror(self.folder, trial, file)
            (trial / file).parent.mkdir(parents=True, exist_ok=True)
            (trial / file).write_bytes(text.encode())
            found = self._report(trial).problems
        if not found:
            return
        known = {(_below(one.file, self.folder), one.message) for one in self._report().problems}
        new = [one for one in found if (_below(one.file, trial), one.message) not in known]
        if new:
            raise EditRefused(
                tuple(
                    FieldProblem(_field_at(text, one, trial / file, item_id, kind), one.message)
                    for one in new
                )
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def version_of(text: str) -> str:
    """Return what stands for a text: another one has another version."""
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


def _is_written(item: Item, name: str, value: Any) -> bool:
    """Tell whether a field already says so (what is missing says nothing)."""
    there = item.values.get(name)
    if not value:
        return not there
    if there is None:
        return bool(value == _UNLESS_SAID.get(name))
    if isinstance(value, str):
        return str(there).strip() == value if there is not None else False
    return bool(_plain(there) == _plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | None) else str(value).strip()


def _without_empty(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}


def _joined(text: str, item: str) -> str:
    return text + ("" if not text or text.endswith("\n") else "\n") + item


def _place_of(text: str, change: Change) -> int:
    if not change.after:
        if change.before in text:
            raise EditConflict(change.before)
        return len(text)
    at = text.find(change.after)
    if at < 0 or text.find(change.after, at + 1) >= 0:
        raise EditConflict("")
    return at


def _mirror(folder: Path, trial: Path, file: str) -> None:
    """Make a folder of links to all files but one."""
    for path in folder.rglob("*"):
        below = path.relative_to(folder)
        if ".git" in below.parts or not path.is_file() or str(below) == file:
            continue
        (trial / below).parent.mkdir(parents=True, exist_ok=True)
        (trial / below).symlink_to(path.resolve())


def _below(file: str, folder: Path) -> str:
    return file.removeprefix(str(folder)).lstrip("/")


def _field_at(text: str, problem: Problem, path: Path, item_id: str, kind: Kind) -> str:
    """Return the field of a record that a problem is in; "" when it is elsewhere."""
    if problem.file != str(path) or kind == "golden":
        return ""
    item = item_of(text, item_id, _SECTIONS.get(kind, ""))
    if item is None:
        return ""
    line = problem.line - 1 - text.count("\n", 0, item.start)
    before = [(at, key) for key in item.values if (at := item.values.lc.key(key)[0]) <= line]
    return str(max(before)[1]) if before and 0 <= line < item.text.count("\n") + 1 else ""


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole, or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".writing")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
