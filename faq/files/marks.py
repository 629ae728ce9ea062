"""Marking translations as made from the Japanese that stands beside them now."""

from collections.abc import Callable, Iterator
from pathlib import Path

from faq.entry import EASY, FaqEntry, Variant
from faq.files.entries import ReadEntry, read_entries
from faq.files.yaml_file import Problems, Record
from faq.problem import FaqFolderError


def mark_variants(path: Path, is_chosen: Callable[[str, str], bool]) -> int:
    """Write the present mark (`of`) into the chosen variants of a file; return how many changed.

    `is_chosen` is asked for entry id and language. Only those lines of the file change. Raises
    FaqFolderError when the file has problems, or a variant is written on one line.
    """
    problems = Problems(str(path))
    read = read_entries(path, problems)
    if problems.found:
        raise FaqFolderError(problems.found)
    lines = path.read_text(encoding="utf-8").split("\n")
    edits: dict[int, tuple[str, bool]] = {}
    for item in read:
        for language, variant in _variants(item.entry):
            if is_chosen(item.entry.id, language) and variant.of != item.entry.mark:
                _edit(item, language, variant, edits, problems)
    if problems.found:
        raise FaqFolderError(problems.found)
    for line in sorted(edits, reverse=True):
        text, is_new = edits[line]
        lines[line : line if is_new else line + 1] = [text]
    if edits:
        path.write_text("\n".join(lines), encoding="utf-8")
    return len(edits)


def _variants(entry: FaqEntry) -> Iterator[tuple[str, Variant]]:
    if entry.easy:
        yield EASY, entry.easy
    yield from entry.translations.items()


def _edit(
    item: ReadEntry,
    language: str,
    variant: Variant,
    edits: dict[int, tuple[str, bool]],
    problems: Problems,
) -> None:
    record = _record(item, language)
    line, column = record.node.lc.key("of" if "of" in record.keys() else "question")
    if record.node.fa.flow_style():
        problems.add(f"{item.entry.id} の訳を、1行に1項目ずつ書いてください", line, column)
        return
    edits[line] = (f'{" " * column}of: "{item.entry.mark}"', "of" not in record.keys())


def _record(item: ReadEntry, language: str) -> Record:
    whole = item.record
    parent = whole if language == EASY else whole.record("translations")
    record = parent.record(language) if parent else None
    assert record is not None, "the variant was read from there"
    return record
