"""Reading a whole FAQ folder, with every problem at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from faq.book import FaqBook
from faq.city import City, Ward
from faq.files.check import check_entries
from faq.files.decision import DECISION_FILE, read_decision
from faq.files.entries import ReadEntry, read_entries
from faq.files.file_bytes import is_there
from faq.files.golden import GoldenQuestion, item_ids, read_golden
from faq.files.items import read_guide, read_items
from faq.files.known_entries import KnownEntries
from faq.files.notices import NOTICES_FILE, read_notices
from faq.files.offices import read_city, read_offices, read_wards
from faq.files.replies import read_sentences, read_synonyms
from faq.files.yaml_file import Problems, Record, read_text
from faq.item import Item
from faq.notice import Notice
from faq.office import Office, OfficeGroup
from faq.problem import FaqFolderError, Problem
from faq.sentence import REQUIRED_SENTENCES, FixedSentence

_T = TypeVar("_T")
_Offices = list[tuple[Office, Record]]
_Groups = list[tuple[OfficeGroup, Record]]
_REQUIRED_FILES: Final = ("city.yaml", "offices.yaml", "replies.yaml")


@dataclass(frozen=True)
class FaqFolder:
    """What a folder holds: the book that would be published, and the questions that test it."""

    book: FaqBook
    golden: tuple[GoldenQuestion, ...]


@dataclass(frozen=True)
class FolderReport:
    """A folder as read: all its problems, and its content as far as it could be read."""

    folder: FaqFolder
    problems: tuple[Problem, ...]


def read_folder(
    path: Path, normalise: Callable[[str], str], known: KnownEntries | None = None
) -> FaqFolder:
    """Return the folder's content; raises FaqFolderError with every problem when there is one."""
    report = inspect_folder(path, normalise, known)
    if report.problems:
        raise FaqFolderError(report.problems)
    return report.folder


def inspect_folder(
    path: Path, normalise: Callable[[str], str], known: KnownEntries | None = None
) -> FolderReport:
    """Read the folder and check it whole; never raises for what is written in it.

    What is `known` is not parsed again, but checked like all the rest.
    """
    quick = _Reading(path, normalise, known, known).report()
    # Only what is parsed knows its lines.
    return _Reading(path, normalise, known, None).report() if quick.problems and known else quick


class _Reading:
    """One pass over a folder; each file's problems are kept apart and joined at the end."""

    def __init__(
        self,
        path: Path,
        normalise: Callable[[str], str],
        known: KnownEntries | None,
        known_files: KnownEntries | None,
    ) -> None:
        self._path = path
        self._normalise = normalise
        self._known = known
        self._known_files = known_files
        self._files: list[Problems] = []

    def report(self) -> FolderReport:
        self._check_files()
        city = self._read("city.yaml", read_city, City("市"))
        wards = self._listed("wards.yaml", read_wards, list[Ward])
        offices, groups = self._offices()
        sentences = self._listed("replies.yaml", read_sentences, list[FixedSentence])
        synonyms = self._synonyms()
        entries = self._entries()
        self._cross_check(city, wards, offices, groups, sentences)
        check_entries(
            entries,
            offices={office.id for office, _ in offices},
            groups={group.id for group, _ in groups},
            wards={ward.id for ward, _ in wards},
            normalise=self._normalise,
        )
        items = self._items({item.entry.id for item in entries})
        notices = self._read(NOTICES_FILE, read_notices, list[tuple[Notice, Record]]())
        _no_twice(((notice.id, record) for notice, record in notices), "id")
        decision = self._read(DECISION_FILE, read_decision, None)
        golden = self._golden(
            {item.entry.id for item in entries}, {sentence.id for sentence, _ in sentences}, items
        )
        book = FaqBook.of(
            (item.entry for item in entries),
            city=city,
            wards=tuple(ward for ward, _ in wards),
            offices=tuple(office for office, _ in offices),
            groups=tuple(group for group, _ in groups),
            sentences=tuple(sentence for sentence, _ in sentences),
            synonyms=tuple(synonyms),
            decision=decision,
            items=items,
        )
        problems = tuple(problem for file in self._files for problem in file.found)
        return FolderReport(FaqFolder(book, golden), problems)

    def _problems(self, path: Path) -> Problems:
        problems = Problems(str(path))
        self._files.append(problems)
        return problems

    def _check_files(self) -> None:
        if not self._path.is_dir():
            self._problems(self._path).add("FAQ のフォルダがありません。場所を確かめてください")
            return
        for name in _REQUIRED_FILES:
            if not is_there(self._path / name):
                self._problems(self._path / name).add(f"「{name}」がありません。作ってください")
        entries = self._path / "entries"
        if not any(entries.glob("*.yaml")):
            self._problems(entries).add("entries フォルダに FAQ のファイル（*.yaml）がありません")
        for stray in sorted(entries.glob("*.yml")):
            self._problems(stray).add("ファイル名の終わりを .yaml にしてください（今は .yml です）")

    def _read(self, name: str, reader: Callable[[Path, Problems], _T], empty: _T) -> _T:
        path = self._path / name
        return reader(path, self._problems(path)) if is_there(path) else empty

    def _listed(
        self,
        name: str,
        reader: Callable[[Path, Problems], list[tuple[_T, Record]]],
        kind: type[list[_T]],
    ) -> list[tuple[_T, Record]]:
        """Return the records of a file; those of a file that is known are nowhere."""

        def read(path: Path, problems: Problems) -> list[_T]:
            found.extend(reader(path, problems))
            return [value for value, _ in found]

        found: list[tuple[_T, Record]] = []
        values = self._once(name, read, kind)
        nowhere = self._nowhere(name)
        return found or [(value, nowhere) for value in values or ()]

    def _offices(self) -> tuple[_Offices, _Groups]:
        def read(path: Path, problems: Problems) -> tuple[list[Office], list[OfficeGroup]]:
            offices, groups = read_offices(path, problems)
            found.append((offices, groups))
            return [office for office, _ in offices], [group for group, _ in groups]

        found: list[tuple[_Offices, _Groups]] = []
        values = self._once("offices.yaml", read, tuple[list[Office], list[OfficeGroup]])
        if found or values is None:
            return found[0] if found else ([], [])
        nowhere = self._nowhere("offices.yaml")
        return [(one, nowhere) for one in values[0]], [(one, nowhere) for one in values[1]]

    def _nowhere(self, name: str) -> Record:
        return Record.nowhere(self._problems(self._path / name))

    def _synonyms(self) -> list[tuple[str, ...]]:
        return self._once("synonyms.yaml", read_synonyms, list[tuple[str, ...]]) or []

    def _once(self, name: str, reader: Callable[[Path, Problems], _T], kind: type[_T]) -> _T | None:
        """Return what stands in a file, parsing it unless it is known; None without the file."""
        path = self._path / name
        if not is_there(path):
            return None
        text = read_text(path, Problems(name))
        known = self._known_files
        value = known.of_file(name, text, kind) if known and text is not None else None
        if value is not None:
            return value
        problems = self._problems(path)
        value = reader(path, problems)
        if known and text is not None and not problems.found:
            known.keep_file(name, text, value)
        return value

    def _entries(self) -> list[ReadEntry]:
        return [
            item
            for path in sorted((self._path / "entries").glob("*.yaml"))
            for item in read_entries(path, self._problems(path), self._known)
        ]

    def _items(self, ids: set[str]) -> tuple[Item, ...]:
        items: list[Item] = []
        for path in sorted((self._path / "items").glob("*.csv")):
            about = path.with_suffix(".yaml")
            problems = self._problems(about)
            guide, record = read_guide(about, problems) if is_there(about) else ("", None)
            if record and guide not in ids:
                record.problem("entry", f"FAQ「{guide}」がありません。id を確かめてください")
            items += read_items(path, self._problems(path), guide)
        return tuple(items)

    def _golden(
        self, ids: set[str], sentences: set[str], items: Sequence[Item]
    ) -> tuple[GoldenQuestion, ...]:
        path = self._path / "golden.jsonl"
        if not is_there(path):
            return ()
        problems = self._problems(path)
        named = item_ids(items)
        found: list[GoldenQuestion] = []
        for question, line in read_golden(path, problems):
            for unknown in sorted(question.relevant.keys() - ids - named.keys()):
                problems.add(f"FAQ「{unknown}」がありません。id を確かめてください", line)
            if question.sentence and question.sentence not in sentences:
                problems.add(
                    f"決まった文「{question.sentence}」がありません。id を確かめてください", line
                )
            found.append(question.with_ids(named))
        return tuple(found)

    def _cross_check(
        self,
        city: City,
        wards: Sequence[tuple[Ward, Record]],
        offices: Sequence[tuple[Office, Record]],
        groups: Sequence[tuple[OfficeGroup, Record]],
        sentences: Sequence[tuple[FixedSentence, Record]],
    ) -> None:
        office_ids = {office.id for office, _ in offices}
        ward_ids = {ward.id for ward, _ in wards}
        if offices and city.contact_centre and city.contact_centre not in office_ids:
            self._problems(self._path / "city.yaml").add(
                f"「contact_centre」の「{city.contact_centre}」は offices.yaml にありません"
            )
        contacts = [
            *((office.id, record) for office, record in offices),
            *((group.id, record) for group, record in groups),
        ]
        _no_twice(contacts, "id")
        _no_twice(((ward.id, record) for ward, record in wards), "id")
        _no_twice(((sentence.id, record) for sentence, record in sentences), "id")
        for office, record in offices:
            if office.ward and office.ward not in ward_ids:
                record.problem("ward", f"区「{office.ward}」は wards.yaml にありません")
        for group, record in groups:
            _check_group(group, record, office_ids, ward_ids)
        if sentences:
            self._check_sentences({sentence.id for sentence, _ in sentences})

    def _check_sentences(self, ids: set[str]) -> None:
        missing = [name for name in REQUIRED_SENTENCES if name not in ids]
        if missing:
            self._problems(self._path / "replies.yaml").add(
                f"なくてはならない文「{'、'.join(missing)}」がありません。書いてください"
            )


def _no_twice(named: Iterable[tuple[str, Record]], field: str) -> None:
    seen: set[str] = set()
    for name, record in named:
        if name and name in seen:
            record.problem(field, f"「{name}」が2回使われています。ちがう id にしてください")
        seen.add(name)


def _check_group(
    group: OfficeGroup, record: Record, office_ids: set[str], ward_ids: set[str]
) -> None:
    for ward, office in group.offices.items():
        if ward not in ward_ids:
            record.problem("offices", f"区「{ward}」は wards.yaml にありません")
        if office not in office_ids:
            record.problem("offices", f"「{office}」は offices.yaml の offices にありません")
    missing = sorted(ward_ids - group.offices.keys())
    if missing:
        record.problem("offices", f"区「{'、'.join(missing)}」の窓口がありません。書いてください")


def content_of(report: FolderReport) -> dict[str, Any]:
    """Return the counts that people ask about a folder: entries, phrasings, offices and so on."""
    book = report.folder.book
    return {
        "entries": len(book.entries),
        "topics": len({entry.topic for entry in book.entries}),
        "phrasings": sum(len(entry.phrasings) for entry in book.entries),
        "offices": len(book.offices),
        "wards": len(book.wards),
        "sentences": len(book.sentences),
        "golden": len(report.folder.golden),
        "items": len(book.items),
    }
