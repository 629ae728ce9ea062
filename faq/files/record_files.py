"""Where single records stand in the files of a folder, and writing a file whole or not at all."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from faq.entry import FaqEntry
from faq.files.entries import read_entries
from faq.files.notices import read_notices
from faq.files.offices import read_offices
from faq.files.record_yaml import Item, item_of
from faq.files.replies import read_sentences
from faq.files.yaml_edit import CannotEdit
from faq.files.yaml_file import Problems
from faq.notice import Notice
from faq.office import Office
from faq.sentence import FixedSentence

Kind = Literal["entry", "sentence", "office", "notice", "golden"]
Value = FaqEntry | FixedSentence | Office | Notice

FILES: Final[Mapping[Kind, str]] = {
    "sentence": "replies.yaml",
    "office": "offices.yaml",
    "notice": "notices.yaml",
    "golden": "golden.jsonl",
}
"""The file of each kind; entries stand in many."""
SECTIONS: Final[Mapping[Kind, str]] = {"office": "offices"}
"""The name that a kind's list has in its file, where it has one."""

_REMEMBERED: Final = 64
_BOM: Final = "\ufeff"
_ID: Final = re.compile(r"^- (?:.*\n  )??id: *[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A record with the file it stands in, and that file's text."""

    file: str
    text: str
    item: Item

    def with_item(self, text: str) -> str:
        """Return the file's text with another text of the record."""
        return self.text[: self.item.start] + text + self.text[self.item.end :]


class RecordFiles:
    """The files of a folder, record by record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = folder.parent / f".{folder.name}.lock"

    def find(self, kind: Kind, item_id: str) -> Place | None:
        """Return where a record stands; raises CannotEdit when only a file that may hold it fails.

        A file that cannot be read does not keep records of other files from being found.
        """
        failed: CannotEdit | None = None
        for file in self.names(kind):
            try:
                text = self.text(file)
                item = item_of(text, item_id, SECTIONS.get(kind, "")) if item_id in text else None
            except CannotEdit as error:
                failed = error
                continue
            if item:
                return Place(file, text, item)
        if failed:
            raise failed
        return None

    def names(self, kind: Kind) -> list[str]:
        """Return the files of a kind that may be there."""
        if kind != "entry":
            return [FILES[kind]]
        found = (self.folder / "entries").glob("*.yaml")
        return [str(path.relative_to(self.folder)) for path in sorted(found)]

    def text(self, file: str) -> str:
        """Return a file's text as it is, whatever its line ends are; "" when it is not there."""
        path = self.folder / file
        if not path.is_file():
            return ""
        try:
            return path.read_bytes().decode("utf-8").removeprefix(_BOM)
        except UnicodeDecodeError as error:
            raise CannotEdit("文字コードが UTF-8 ではありません") from error

    def written(self, file: str, text: str) -> bytes:
        """Return what a file would hold with another text; the mark at its beginning stays."""
        path = self.folder / file
        has_mark = path.is_file() and path.read_bytes().startswith(_BOM.encode())
        try:
            return (f"{_BOM}{text}" if has_mark else text).encode()
        except UnicodeEncodeError as error:
            raise CannotEdit("書けない文字があります") from error

    def put(self, file: str, text: str, instead_of: bytes | None, *, may_go: bool = False) -> bool:
        """Write a file whole; False when it no longer holds what it was to replace.

        `may_go` when a file with nothing in it is to be taken away.
        """
        path = self.folder / file
        if (path.read_bytes() if path.is_file() else None) != instead_of:
            return False
        if may_go:
            path.unlink()
        else:
            write_whole(path, self.written(file, text))
        return True

    def ids_in(self, file: str) -> set[str]:
        """Return what looks like ids of records in a file, to guess where others belong."""
        try:
            return set(_ID.findall(self.text(file)))
        except CannotEdit:
            return set()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out, those of other processes too."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def value_of(kind: Kind, path: Path, item: Item) -> Value | None:
    """Return what a record of a file says, as far as it can be read."""
    problems = Problems(str(path))
    item_id = item.values.get("id")
    read: list[Value]
    if kind == "entry":
        read = [_entry_of(item.text)]
    elif kind == "sentence":
        read = [sentence for sentence, _ in read_sentences(path, problems)]
    elif kind == "office":
        read = [office for office, _ in read_offices(path, problems)[0]]
    else:
        read = [notice for notice, _ in read_notices(path, problems)]
    return next((one for one in read if one.id == item_id), None)


@lru_cache(maxsize=_REMEMBERED)
def _entry_of(text: str) -> FaqEntry:
    # Alone: the files of entries are the long ones.
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "entry.yaml"
        path.write_bytes(text.encode())
        return read_entries(path, Problems(str(path)))[0].entry


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, or as it was; its mode stays."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".writing")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
