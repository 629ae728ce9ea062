"""Changing single fields of a YAML record; every other character stays as somebody wrote it."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from faq.files.known_entries import items_of
from faq.files.yaml_file import Problems, parse_yaml
from faq.problem import FaqError

Fields = Mapping[str, Any]

_WIDTH: Final = 1_000_000
"""Wide enough that no line is folded: Japanese has no spaces to fold at."""

_FLOW_UP_TO: Final = 100
_INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Item:
    """A record of a list as it stands in a file: its text from the dash to the next one."""

    start: int
    text: str
    values: CommentedMap

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)


class CannotEdit(FaqError):
    """A file is written in a way that single fields cannot be changed in; edit it as text."""

    def __init__(self, why: str) -> None:
        super().__init__(f"このファイルは、画面から直せる書き方になっていません（{why}）")


def items_in(text: str, section: str = "") -> list[Item]:
    """Return the records of a file that is a list, or of the list under a name of it.

    Raises CannotEdit when the file cannot be cut into its records.
    """
    if section:
        return _items_under(text, section)
    pieces = items_of(text)
    if pieces is None:
        if _loaded(text):
            raise CannotEdit("「- 」を行の初めから書いてください")
        return []
    start = text.index(pieces[0])
    found = []
    for piece in pieces:
        found.append(_item(start, piece))
        start += len(piece)
    return found


def item_of(text: str, item_id: str, section: str = "") -> Item | None:
    """Return the record with an id; only it is parsed where the file allows it."""
    pieces = None if section else items_of(text)
    if pieces is None:
        items = items_in(text, section)
        return next((one for one in items if one.values.get("id") == item_id), None)
    start = text.index(pieces[0])
    for piece in pieces:
        if item_id in piece:
            item = _item(start, piece)
            if item.values.get("id") == item_id:
                return item
        start += len(piece)
    return None


def edited(item: Item, changes: Fields) -> str:
    """Return the text of a record with some fields changed; None removes a field."""
    keys = {str(key): item.values.lc.key(key) for key in item.values}
    places = sorted((line, key) for key, (line, _) in keys.items())
    if len({line for line, _ in places}) < len(places) or item.values.fa.flow_style():
        return rendered({**_plain(item.values), **changes}, _dash_column(item.text))
    lines = item.text.splitlines(keepends=True)
    column = item.values.lc.col
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    blocks = _blocks(lines, places)
    for name, value in changes.items():
        if name in blocks:
            blocks[name] = _replaced(blocks[name], name, value, column, newline)
            if not blocks[name]:
                del blocks[name]
        elif value is not None:
            blocks = _added(blocks, name, _field(name, value, column, newline))
    return "".join(line for block in blocks.values() for line in block)


def rendered(fields: Fields, column: int = 0) -> str:
    """Return a new record as the text of a list item whose dash stands at a column."""
    lines: list[str] = []
    for name, value in fields.items():
        if value is not None:
            lines += _field(name, value, column + _INDENT, "\n")
    text = "".join(lines)
    return " " * column + "- " + text[column + _INDENT :]


def _items_under(text: str, section: str) -> list[Item]:
    document = _loaded(text)
    listed = document.get(section) if isinstance(document, CommentedMap) else None
    if not isinstance(listed, CommentedSeq):
        return []
    lines = text.splitlines(keepends=True)
    starts = [listed.lc.item(at)[0] for at in range(len(listed))]
    if len(set(starts)) < len(starts):
        raise CannotEdit(f"「{section}」を1行に1件ずつ書いてください")
    last = _end_of_section(lines, starts, document, section)
    offsets = _offsets(lines)
    return [
        _item(offsets[start], text[offsets[start] : offsets[end]])
        for start, end in zip(starts, [*starts[1:], last], strict=True)
    ]


def _end_of_section(
    lines: Sequence[str], starts: Sequence[int], document: CommentedMap, section: str
) -> int:
    after = [document.lc.key(key)[0] for key in document if document.lc.key(key)[0] > starts[-1]]
    end = min(after, default=len(lines))
    # What stands before the next name is about that name.
    while end > starts[-1] + 1 and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return end


def _offsets(lines: Sequence[str]) -> list[int]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets


def _item(start: int, text: str) -> Item:
    values = _loaded(text)
    if not (isinstance(values, CommentedSeq) and len(values) == 1):
        raise CannotEdit("1件ずつに分けられません")
    if not isinstance(values[0], CommentedMap):
        raise CannotEdit("「名前: 値」の形ではありません")
    return Item(start, text, values[0])


def _loaded(text: str) -> Any:
    problems = Problems("")
    document = parse_yaml(text, problems)
    if problems.found:
        raise CannotEdit(problems.found[0].message)
    return document


def _dash_column(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _blocks(lines: Sequence[str], places: Sequence[tuple[int, str]]) -> dict[str, list[str]]:
    """Return the lines of each field, in order; what stands before the first goes with it."""
    starts = [0, *(line for line, _ in places[1:]), len(lines)]
    return {
        key: list(lines[start:end])
        for (_, key), start, end in zip(places, starts, starts[1:], strict=False)
    }


def _replaced(block: Sequence[str], name: str, value: Any, column: int, newline: str) -> list[str]:
    """Return the lines of a field with another value; comments after it stay."""
    kept = len(block)
    while kept > 1 and _is_between(block[kept - 1], column):
        kept -= 1
    before = block[0][:column]
    if value is None and not before.strip():
        return list(block[kept:])
    field = _field(name, value, column, newline)
    return [before + field[0][column:], *field[1:], *block[kept:]]


def _is_between(line: str, column: int) -> bool:
    stripped = line.strip()
    indent = len(line) - len(line.lstrip())
    return not stripped or (stripped.startswith("#") and indent <= column)


def _added(blocks: dict[str, list[str]], name: str, field: Sequence[str]) -> dict[str, list[str]]:
    last, block = next(reversed(blocks.items()))
    kept = len(block)
    while kept > 1 and not block[kept - 1].strip():
        kept -= 1
    if not block[kept - 1].endswith("\n"):
        block = [*block[: kept - 1], block[kept - 1] + "\n", *block[kept:]]
    return {**blocks, last: block[:kept], name: [*field, *block[kept:]]}


def _field(name: str, value: Any, column: int, newline: str) -> list[str]:
    out = io.StringIO()
    writer = YAML(typ="rt")
    writer.width = _WIDTH
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump({name: _written(value)}, out)
    margin = " " * column
    lines = out.getvalue().splitlines()
    return [f"{margin}{line}{newline}" if line else newline for line in lines]


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        found = CommentedMap({name: _written(one) for name, one in value.items()})
        if not found:
            found.fa.set_flow_style()
        return found
    if isinstance(value, Sequence):
        listed = CommentedSeq([_written(one) for one in value])
        if not listed or _fits_on_a_line(value):
            listed.fa.set_flow_style()
        return listed
    return value


def _text(value: str) -> Any:
    if "\n" not in value:
        return value
    if value != value.strip() or any(line != line.rstrip() for line in value.split("\n")):
        return DoubleQuotedScalarString(value)
    return LiteralScalarString(value + "\n")


def _fits_on_a_line(values: Sequence[Any]) -> bool:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        return all(isinstance(one, Mapping) and len(one) <= 3 for one in values) and (
            len(str([dict(one) for one in values])) <= _FLOW_UP_TO * 2
        )
    is_plain = not any(mark in text for text in texts for mark in "\n")
    return is_plain and sum(len(text) + 2 for text in texts) <= _FLOW_UP_TO * 3


def _plain(values: CommentedMap) -> dict[str, Any]:
    return {str(name): value for name, value in values.items()}
