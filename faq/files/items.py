"""Reading item tables: `items/NAME.csv`, and beside it `items/NAME.yaml` for what explains it."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ruamel.yaml.comments import CommentedMap

from faq.files.csv_file import decode_csv
from faq.files.yaml_file import Problems, Record, read_yaml
from faq.item import Item

COLUMNS: Final = ("name", "reading", "aliases", "category", "note")
"""The columns of a table as the service writes it; aliases are joined by `|`."""

# How 5374 and other open data call the same columns.
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("品目", "品名", "ごみの品目", "ごみの名前", "名前"),
    "category": ("type", "分別", "分別区分", "種類", "ごみの種類", "区分"),
    "note": ("notice", "備考", "出し方", "注意点", "注意"),
    "reading": ("furigana", "よみ", "よみがな", "ふりがな", "ヨミ"),
    "aliases": ("別名", "言いかえ", "alias"),
}
_KANA_INDEX: Final = 1
"""5374's furigana holds the first kana only, to sort by: it is no reading."""


def read_items(path: Path, problems: Problems, guide: str = "") -> list[Item]:
    """Return the items of a table (UTF-8 or CP932, 5374 form included) with every problem."""
    text = decode_csv(path, problems)
    if text is None:
        return []
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    columns = _columns(rows.fieldnames or ())
    missing = [name for name in ("name", "category") if name not in columns]
    if missing:
        problems.add(
            f"1行目に列「{'、'.join(missing)}」がありません（使える列: {', '.join(COLUMNS)}）"
        )
        return []
    items: dict[tuple[str, str], Item] = {}
    line = 1
    try:
        for row in rows:
            values = {name: (row.get(column) or "").strip() for name, column in columns.items()}
            item = _item(values, path.stem, guide, line, problems)
            known = items.setdefault((item.name, item.category), item) if item else None
            if item and known and known.note != item.note:
                problems.add(f"「{item.name}」が2回あります。1つにまとめてください", line)
            line = rows.line_num
    except csv.Error as error:
        problems.add(f"CSV として読めません。引用符を確かめてください（{error}）", line)
    return list(items.values())


def read_guide(path: Path, problems: Problems) -> tuple[str, Record | None]:
    """Return the id of the entry that explains a table, with where it is written."""
    document = read_yaml(path, problems)
    if not isinstance(document, CommentedMap):
        if not problems.found:
            problems.add("「entry: FAQの id」のように、この表を説明する FAQ を書いてください")
        return "", None
    record = Record(document, problems)
    guide = record.text("entry", required=True)
    record.finish()
    return guide, record


def items_text(items: Iterable[Item]) -> str:
    """Return a table as the text of a CSV file."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        writer.writerow((item.name, item.reading, "|".join(item.aliases), item.category, item.note))
    return written.getvalue()


def _columns(names: Iterable[str]) -> Mapping[str, str]:
    """Return which column of the file holds what."""
    given = {name.strip().casefold(): name for name in names if name}
    found: dict[str, str] = {}
    for name in COLUMNS:
        column = next((given[one] for one in (name, *_ALSO.get(name, ())) if one in given), None)
        if column is not None:
            found[name] = column
    return found


def _item(
    values: Mapping[str, str], table: str, guide: str, line: int, problems: Problems
) -> Item | None:
    if not values["name"]:
        problems.add("「name」が空です。書いてください", line)
        return None
    if not values["category"] and not values.get("note"):
        problems.add("「category」が空です。書いてください", line)
        return None
    reading = values.get("reading", "")
    aliases = tuple(filter(None, (one.strip() for one in values.get("aliases", "").split("|"))))
    return Item(
        name=values["name"],
        category=values["category"],
        reading=reading if len(reading) > _KANA_INDEX else "",
        aliases=aliases,
        note=values.get("note", ""),
        table=table,
        guide=guide,
    )
