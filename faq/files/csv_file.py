"""Reading FAQs from a CSV file: `id,question,answer,category`."""

import csv
import io
from pathlib import Path
from typing import Final

from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.files.file_bytes import read_bytes
from faq.files.yaml_file import Problems
from faq.problem import FaqFolderError

_COLUMNS: Final = ("id", "question", "answer", "category")
_MAX_CELL: Final = 1_000_000
_WORKBOOK: Final = b"PK\x03\x04"


def read_csv_book(path: Path) -> FaqBook:
    """Return the book of a CSV file (UTF-8 or CP932); raises FaqFolderError with every problem."""
    problems = Problems(str(path))
    text = decode_csv(path, problems)
    entries = _entries(text, problems) if text is not None else []
    if problems.found:
        raise FaqFolderError(problems.found)
    return FaqBook.of(entries)


def decode_csv(path: Path, problems: Problems) -> str | None:
    """Return the text of a CSV file in UTF-8 or CP932, or None with the problem recorded."""
    raw = read_bytes(path, problems)
    if raw is None:
        return None
    if raw.startswith(_WORKBOOK):
        problems.add("Excel のブックは読めません。「CSV UTF-8」の形で保存し直してください")
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    problems.add(
        "文字コードが UTF-8 でも Shift_JIS（CP932）でもありません。UTF-8 で保存してください"
    )
    return None


def _entries(text: str, problems: Problems) -> list[FaqEntry]:
    csv.field_size_limit(_MAX_CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in _COLUMNS[:3] if name not in (rows.fieldnames or ())]
    if missing:
        problems.add(
            f"1行目に列「{'、'.join(missing)}」がありません（必要な列: {', '.join(_COLUMNS)}）"
        )
        return []
    entries: dict[str, FaqEntry] = {}
    line = 1
    try:
        for row in rows:
            entry = _entry(row, line, problems)
            if entry and entry.id in entries:
                problems.add(f"id「{entry.id}」が2回あります。ちがう id にしてください", line)
            elif entry:
                entries[entry.id] = entry
            line = rows.line_num
    except csv.Error as error:
        problems.add(f"CSV として読めません。引用符を確かめてください（{error}）", line)
    return list(entries.values())


def _entry(row: dict[str, str | None], line: int, problems: Problems) -> FaqEntry | None:
    values = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    for name in _COLUMNS[:3]:
        if not values[name]:
            problems.add(f"「{name}」が空です。書いてください", line)
            return None
    return FaqEntry(
        id=values["id"],
        question=values["question"],
        answer=values["answer"],
        topic=values["category"],
    )
