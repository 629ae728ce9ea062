"""Reading FAQ entries from YAML files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from faq.entry import LANGUAGES, Audience, FaqEntry, Link, Variant
from faq.files.yaml_file import Problems, Record, read_yaml, records_of

_AUDIENCES: Final = ("public", "staff")


@dataclass(frozen=True)
class ReadEntry:
    """An entry with the record it was read from, so that later checks can point at its lines."""

    entry: FaqEntry
    record: Record
    file: str

    def problem(self, name: str, message: str, index: int | None = None) -> None:
        """Record a problem at one of the entry's fields."""
        self.record.problem(name, message, index)


def read_entries(path: Path, problems: Problems) -> list[ReadEntry]:
    """Return the entries of one file; what is wrong is recorded in `problems`."""
    document = read_yaml(path, problems)
    return [
        ReadEntry(_entry(record), record, problems.file)
        for record in records_of(document, problems)
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
