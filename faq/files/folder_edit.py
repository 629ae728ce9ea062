"""Changing the FAQ folder in place: whole or not at all, and only as it was last looked at."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar, cast

from faq.entry import FaqEntry
from faq.files.entry_home import free_id, home_of
from faq.files.golden import read_golden
from faq.files.plain_fields import (
    Fields,
    differing,
    entry_fields,
    fields_of,
    notice_fields,
    office_fields,
    sentence_fields,
)
from faq.files.record_files import FILES, SECTIONS, Kind, Place, RecordFiles, Value, value_of
from faq.files.record_text import around, taken_back, with_line, with_record
from faq.files.record_yaml import edited, item_of
from faq.files.trial import Trial
from faq.files.yaml_edit import CannotEdit
from faq.files.yaml_file import Problems
from faq.notice import Notice
from faq.office import Office
from faq.problem import FaqError, FaqFolderError, Problem
from faq.sentence import FixedSentence

T = TypeVar("T", FaqEntry, FixedSentence, Office, Notice)

_VERSION_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """Something as it stands in a file; `version` changes with every change of it."""

    value: T
    version: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record: its text before and after, empty where it was not there.

    `around` is the text before and after the place where one was removed.
    """

    kind: Kind
    id: str
    file: str
    before: str
    after: str
    around: tuple[str, str] = ("", "")


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

    def __init__(
        self, folder: Path, normalise: Callable[[str], str], known: bytes | None = None
    ) -> None:
        """Take a folder; `known` is what `KnownEntries.to_bytes` gave of it, for a quick start."""
        self.folder = folder
        self._files = RecordFiles(folder)
        self._trial = Trial(folder, normalise, known)

    def entry(self, entry_id: str) -> Written[FaqEntry]:
        """Return an entry as it is written; raises UnknownItem, CannotEdit, as all of these do."""
        return self._written("entry", entry_id, FaqEntry)

    def sentence(self, sentence_id: str) -> Written[FixedSentence]:
        """Return a fixed sentence as it is written."""
        return self._written("sentence", sentence_id, FixedSentence)

    def office(self, office_id: str) -> Written[Office]:
        """Return an office as it is written."""
        return self._written("office", office_id, Office)

    def notice(self, notice_id: str) -> Written[Notice]:
        """Return a prepared notice as it is written."""
        return self._written("notice", notice_id, Notice)

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
        with self._files.locked():
            place, fields = self._files.find("notice", notice.id), notice_fields(notice)
            if place:
                return self._put("notice", notice.id, place, fields)
            return self._append("notice", notice.id, FILES["notice"], fields)

    def remove_notice(self, notice_id: str) -> Change:
        """Remove a prepared notice."""
        with self._files.locked():
            return self._remove("notice", notice_id, self._there("notice", notice_id))

    def add_entry(self, entry: FaqEntry) -> Change:
        """Add an entry to the file where its topic is."""
        with self._files.locked():
            if self._files.find("entry", entry.id):
                raise EditRefused(
                    (FieldProblem("id", f"番号「{entry.id}」は、もう使われています"),)
                )
            return self._append("entry", entry.id, self._home(entry), entry_fields(entry))

    def remove_entry(self, entry_id: str, version: str) -> Change:
        """Remove an entry."""
        with self._files.locked():
            return self._remove("entry", entry_id, self._current("entry", entry_id, version))

    def add_phrasing(self, entry_id: str, phrasing: str) -> Change:
        """Add a phrasing to an entry, whatever else was changed in it meanwhile."""
        with self._files.locked():
            place = self._there("entry", entry_id)
            listed = cast(FaqEntry, self._value("entry", place)).phrasings
            return self._put("entry", entry_id, place, {"phrasings": [*listed, phrasing]})

    def add_golden(self, query: str, relevant: Mapping[str, int]) -> Change | None:
        """Add a golden question at the end of the file; None when the question is there already."""
        file = FILES["golden"]
        path = self.folder / file
        with self._files.locked():
            known = read_golden(path, Problems(file)) if path.is_file() else []
            if any(one.query == query for one, _ in known):
                return None
            line = json.dumps({"query": query, "relevant": dict(relevant)}, ensure_ascii=False)
            whole, added = with_line(self._files.text(file), line)
            return self._keep(Change("golden", query, file, "", added), whole)

    def problems(self, entry: FaqEntry, *, is_new: bool) -> tuple[FieldProblem, ...]:
        """Return what would be wrong with the folder if an entry were written so."""
        fields = entry_fields(entry)
        try:
            if is_new:
                file = self._home(entry)
                text, _, _ = with_record(self._files.text(file), fields)
            else:
                place = self._there("entry", entry.id)
                file, text = place.file, place.with_item(self._edited("entry", place, fields))
            self._check(file, text, "entry", entry.id, fields)
        except EditRefused as refused:
            return refused.fields
        except CannotEdit as error:
            return (FieldProblem("", str(error)),)
        return ()

    def proposed_id(self, entry: FaqEntry) -> str:
        """Return an id that is not used yet, after the file where the entry goes."""
        return free_id(self._home(entry), self._trial.now().folder.book)

    def undo(self, change: Change) -> Change:
        """Put a record back as it was before a change; raises EditConflict if it is another now."""
        with self._files.locked():
            place = self._files.find(change.kind, change.id) if change.kind != "golden" else None
            item = place.item if place else None
            text = self._files.text(change.file)
            back = taken_back(text, item, change.before, change.after, change.around)
            if back is None or (place and place.file != change.file):
                raise EditConflict(place.item.text if place else "")
            back_again = replace(change, before=change.after, after=change.before)
            return self._keep(back_again, back)

    def _written(self, kind: Kind, item_id: str, of: type[T]) -> Written[T]:
        place = self._there(kind, item_id)
        value = self._value(kind, place)
        if not isinstance(value, of):
            raise UnknownItem(f"「{item_id}」はありません")
        return Written(value, _version(place), place.file, place.item.text)

    def _value(self, kind: Kind, place: Place) -> Value | None:
        return value_of(kind, self.folder / place.file, place.item)

    def _change(self, kind: Kind, item_id: str, fields: Fields, version: str) -> Change:
        with self._files.locked():
            return self._put(kind, item_id, self._current(kind, item_id, version), fields)

    def _put(self, kind: Kind, item_id: str, place: Place, fields: Fields) -> Change:
        new = self._edited(kind, place, fields)
        change = Change(kind, item_id, place.file, place.item.text, new)
        return self._keep(change, place.with_item(new), fields)

    def _edited(self, kind: Kind, place: Place, fields: Fields) -> str:
        value = self._value(kind, place)
        changes = differing(fields_of(value), fields) if value else fields
        return edited(place.item, changes) if changes else place.item.text

    def _append(self, kind: Kind, item_id: str, file: str, fields: Fields) -> Change:
        text, before, after = with_record(self._files.text(file), fields)
        return self._keep(Change(kind, item_id, file, before, after), text, fields)

    def _remove(self, kind: Kind, item_id: str, place: Place) -> Change:
        change = Change(kind, item_id, place.file, place.item.text, "", around(place))
        return self._keep(change, place.with_item(""))

    def _keep(self, change: Change, text: str, fields: Fields | None = None) -> Change:
        if change.before == change.after:
            return change
        replaced = self._check(change.file, text, change.kind, change.id, fields)
        is_made_for_it = not text and bool(change.before)
        if not self._files.put(change.file, text, replaced, may_go=is_made_for_it):
            raise EditConflict("")  # somebody has saved it from an editor of their own
        return change

    def _home(self, entry: FaqEntry) -> str:
        return home_of(entry.topic, self._trial.now().folder.book, self._files)

    def _current(self, kind: Kind, item_id: str, version: str) -> Place:
        place = self._there(kind, item_id)
        if _version(place) != version:
            raise EditConflict(place.item.text)
        return place

    def _there(self, kind: Kind, item_id: str) -> Place:
        place = self._files.find(kind, item_id)
        if place is None:
            raise UnknownItem(f"「{item_id}」はありません")
        return place

    def _check(
        self, file: str, text: str, kind: Kind, item_id: str, fields: Fields | None = None
    ) -> bytes | None:
        """Return what a file written so would replace.

        Raises EditRefused with the problems it would bring, and CannotEdit when it would not read
        back as what was to be written.
        """
        item = item_of(text, item_id, SECTIONS.get(kind, "")) if fields else None
        with self._trial.of(file, self._files.written(file, text)) as tried:
            if tried.new:
                place = Place(file, text, item) if item else None
                faults = tried.new_in_fields(place, item_id)
                raise EditRefused(tuple(FieldProblem(*fault) for fault in faults))
            if not tried.leaves_the_rest(item_id):
                raise CannotEdit("ほかのものまで変わってしまいます")
            value = value_of(kind, tried.folder / file, item) if item else None
            if fields and (value is None or differing(fields_of(value), fields)):
                raise CannotEdit("書いたとおりに読み直せません")
            return tried.replaced


def version_of(text: str) -> str:
    """Return what stands for a text: another one has another version."""
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


def _version(place: Place) -> str:
    # The blank lines after it are nothing that anybody has written.
    return version_of(place.item.text.rstrip())
