"""Reading FAQ entries from YAML files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, cast

from faq.entry import LANGUAGES, Audience, FaqEntry, Link, Variant
from faq.files.known_entries import KnownEntries, items_of
from faq.files.yaml_file import Problems, Record, parse_yaml, read_text, records_of

_AUDIENCES: Final = ("public", "staff")


@dataclass(frozen=True)
class ReadEntry:
    """An entry with where it was read from, so that later checks can point at its lines."""

    entry: FaqEntry
    place: Callable[[], Record]
    file: str

    @property
    def record(self) -> Record:
        """The record it stands in; a known entry's file is parsed only when this is asked for."""
        return self.place()

    def problem(self, name: str, message: str, index: int | None = None) -> None:
        """Record a problem at one of the entry's fields."""
        self.record.problem(name, message, index)


def read_entries(
    path: Path, problems: Problems, known: KnownEntries | None = None
) -> list[ReadEntry]:
    """Return the entries of one file; what is wrong is recorded in `problems`.

    Of a file without faults only the entries that are not `known` are parsed.
    """
    text = read_text(path, problems)
    if text is None:
        return []
    if not text.strip():
        problems.add("ファイルが空です。FAQ を書くか、使わないファイルなら消してください")
        return []
    quick = _read_items(text, known, problems.file) if known else None
    if quick is not None:
        return _with_places(quick, text, problems)
    return [
        ReadEntry(_entry(record), lambda record=record: record, problems.file)  # type: ignore[misc]
        for record in records_of(parse_yaml(text, problems), problems)
    ]


def _read_items(text: str, known: KnownEntries, file: str) -> list[FaqEntry] | None:
    """Return the entries of a faultless file, item by item; None when it must be read whole."""
    items = items_of(text)
    if items is None:
        return None
    entries: list[FaqEntry] = []
    for item in items:
        entry = known.get(item)
        if entry is None:
            alone = Problems(file)
            read = [_entry(record) for record in records_of(parse_yaml(item, alone), alone)]
            if alone.found or len(read) != 1:
                return None
            entry = read[0]
            known.keep(item, entry)
        entries.append(entry)
    return entries


def _with_places(entries: list[FaqEntry], text: str, problems: Problems) -> list[ReadEntry]:
    @cache
    def records() -> list[Record]:
        return list(records_of(parse_yaml(text, problems), problems))

    return [
        ReadEntry(entry, lambda at=at: records()[at], problems.file)  # type: ignore[misc]
        for at, entry in enumerate(entries)
    ]


def _entry(record: Record) -> FaqEntry:
    entry = FaqEntry(
        id=record.identifier(),
        question=record.text("question", required=True),
        answer=record.text("answer", required=True),
        phrasings=record.texts("phrasings"),
        topic=record.text("topic"),
        owner=record.text("owner"),
        contact=record.text("contact"),
        links=read_links(record),
        keywords=record.texts("keywords"),
        reviewed_on=record.day("reviewed_on"),
        expires_on=record.day("expires_on"),
        audience=cast(Audience, record.choice("audience", _AUDIENCES, "public")),
    )
    entry = replace(
        entry,
        by_ward=_by_ward(record),
        easy=_easy(record),
        translations=_translations(record),
    )
    record.finish()
    return entry


def read_links(record: Record) -> tuple[Link, ...]:
    """Return the links of a record, each with a title and an address."""
    links: list[Link] = []
    for item in record.records("links"):
        title, url = item.text("title", required=True), item.text("url", required=True)
        if url and not url.startswith(("https://", "http://", "/faq/")):
            item.problem("url", f"リンク「{url}」は https:// か /faq/ で始めてください")
        item.finish()
        links.append(Link(title, url))
    return tuple(links)


def _by_ward(record: Record) -> dict[str, str]:
    wards = record.record("by_ward")
    if wards is None:
        return {}
    return {name: wards.text(name, required=True) for name in wards.keys()}


def _easy(record: Record) -> Variant | None:
    easy = record.record("easy")
    return _variant(easy) if easy else None


def _translations(record: Record) -> dict[str, Variant]:
    translations = record.record("translations")
    if translations is None:
        return {}
    found: dict[str, Variant] = {}
    for language in translations.keys():
        if language not in LANGUAGES:
            translations.problem(
                language, f"言語「{language}」は使えません。{'・'.join(LANGUAGES)} のどれかです"
            )
        variant = translations.record(language)
        if variant:
            found[language] = _variant(variant)
    return found


def _variant(record: Record) -> Variant:
    variant = Variant(
        question=record.text("question", required=True),
        answer=record.text("answer", required=True),
        of=record.text("of"),
    )
    record.finish()
    return variant
