"""Changing single fields of a YAML record; every other character stays as somebody wrote it."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from faq.files.known_entries import items_of
from faq.files.yaml_comments import comments_in
from faq.files.yaml_edit import CannotEdit
from faq.files.yaml_file import Problems, parse_yaml

Fields = Mapping[str, Any]

_WIDTH: Final = 1_000_000
"""Wide enough that no line is folded: Japanese has no spaces to fold at."""

_NEXT_NAME: Final = re.compile(r"^[^\s#-]", re.MULTILINE)
_FIRST_DASH: Final = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*( *)- ")
_UNSAFE: Final = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_MARKS_IN_A_LINE: Final = ("?", ":")
"""What the writer leaves without quotes within [ ], where it cannot be read."""

_FLOW_UP_TO: Final = 100
_INDENT: Final = 2
_REMEMBERED: Final = 64
"""What was just shown is what will be changed."""


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


def item_of(text: str, item_id: str, section: str = "") -> Item | None:
    """Return the record with an id of a file that is a list, or of the list under a name of it.

    Only what may be it is parsed. Raises CannotEdit when the file cannot be cut into its records.
    """
    pieces = pieces_of(text, section)
    likely = re.compile(rf"\bid[\"']?\s*:\s*[\"']?{re.escape(item_id)}(?![\w-])")
    for start, piece in sorted(pieces, key=lambda one: not likely.search(one[1])):
        if item_id in piece:
            item = _item(start, piece)
            if item.values.get("id") == item_id:
                return item
    return None


def pieces_of(text: str, section: str = "") -> list[tuple[int, str]]:
    """Return where each record of a file begins, with its text; raises CannotEdit as `item_of`."""
    start, end = _section(text, section) if section else (0, len(text))
    pieces = _cut(text[start:end]) if section else items_of(text)
    if pieces is None:
        if _loaded(text):
            raise CannotEdit("1件ずつ「- 」で書き始め、「---」や全体の [ ] を使わないでください")
        return []
    start = end - sum(map(len, pieces))
    found = []
    for piece in pieces:
        found.append((start, _without_what_follows(piece)))
        start += len(piece)
    return found


def edited(item: Item, changes: Fields) -> str:
    """Return the text of a record with some fields changed; None removes a field.

    Raises CannotEdit where fields are taken from elsewhere (`<<`).
    """
    places = _places(item.values)
    newline = newline_of(item.text)
    if len({line for line, _ in places}) < len(places) or item.values.fa.flow_style():
        whole = rendered({**item.values, **changes}, _dash_column(item.text), newline)
        return whole + _after(item.text)
    lines = item.text.splitlines(keepends=True)
    column = item.values.lc.col
    blocks = _blocks(lines, places)
    for name, value in changes.items():
        if name in blocks:
            blocks[name] = _replaced(blocks[name], item.values, name, value, newline)
            if not blocks[name]:
                del blocks[name]
        elif value is not None:
            blocks = _added(blocks, name, _field(name, value, column, newline))
    text = "".join(line for block in blocks.values() for line in block)
    return text if item.text.endswith("\n") else text.removesuffix(newline)


def newline_of(text: str) -> str:
    """Return how the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def field_at(item: Item, line: int) -> str:
    """Return the field that a line of a record (from 0) belongs to; "" when it is outside."""
    before = [(at, key) for at, key in _places(item.values) if at <= line]
    return max(before)[1] if before and 0 <= line <= item.text.count("\n") else ""


def rendered(fields: Fields, column: int = 0, newline: str = "\n") -> str:
    """Return a new record as the text of a list item whose dash stands at a column."""
    lines: list[str] = []
    for name, value in fields.items():
        if value is not None:
            lines += _field(str(name), value, column + _INDENT, newline)
    text = "".join(lines)
    return " " * column + "- " + text[column + _INDENT :]


def _section(text: str, name: str) -> tuple[int, int]:
    """Return where the lines under a name of a file begin and end."""
    head = re.search(rf"^{name}:[ \t]*(?:#.*)?\r?\n", text, re.MULTILINE)
    if not head:
        return 0, 0
    after = _NEXT_NAME.search(text, head.end())
    return head.end(), after.start() if after else len(text)


def _cut(text: str) -> list[str] | None:
    """Return the text of each item of a list that stands anywhere, as `items_of` does."""
    first = _FIRST_DASH.match(text)
    if not first:
        return None
    dash = re.compile(rf"^{first.group(1)}- ", re.MULTILINE)
    starts = [found.start() for found in dash.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _without_what_follows(piece: str) -> str:
    """Return a record without the comments after it: they are about the next one."""
    lines = piece.splitlines(keepends=True)
    column = _dash_column(piece)
    end = kept = len(lines)
    while end > 1 and _is_between(lines[end - 1], column):
        end -= 1
        if lines[end].strip():
            kept = end
    return "".join(lines[:kept])


def _item(start: int, text: str) -> Item:
    return Item(start, text, _only_record(text))


@lru_cache(maxsize=_REMEMBERED)
def _only_record(text: str) -> CommentedMap:
    values = _loaded(text)
    if not (isinstance(values, CommentedSeq) and len(values) == 1):
        raise CannotEdit("1件ずつに分けられません")
    if not isinstance(values[0], CommentedMap):
        raise CannotEdit("「名前: 値」の形ではありません")
    return values[0]


def _loaded(text: str) -> Any:
    problems = Problems("")
    document = parse_yaml(text, problems)
    if problems.found:
        raise CannotEdit(problems.found[0].message)
    return document


def _dash_column(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _places(values: CommentedMap) -> list[tuple[int, str]]:
    """Return the line of each field, in the order they stand in."""
    if values.merge or any(key not in values.lc.data for key in values):
        raise CannotEdit("「<<」を使わないでください")
    return sorted((values.lc.key(key)[0], str(key)) for key in values)


def _after(text: str) -> str:
    """Return the blank lines at the end of a record, and whether its last line ends."""
    return text[len(text.rstrip()) :].split("\n", 1)[-1]


def _blocks(lines: Sequence[str], places: Sequence[tuple[int, str]]) -> dict[str, list[str]]:
    """Return the lines of each field, in order; what stands before the first goes with it."""
    starts = [0, *(line for line, _ in places[1:]), len(lines)]
    return {
        key: list(lines[start:end])
        for (_, key), start, end in zip(places, starts, starts[1:], strict=False)
    }


def _replaced(
    block: Sequence[str], values: CommentedMap, name: str, value: Any, newline: str
) -> list[str]:
    """Return the lines of a field with another value; comments in it and after it stay."""
    column = values.lc.col
    kept = len(block)
    while kept > 1 and _is_between(block[kept - 1], column):
        kept -= 1
    first = values.lc.key(name)[0]
    comments = comments_in(values, name, first, first + kept)
    margin = " " * column
    after = [f"{margin}{one}{newline}" for one in comments] + list(block[kept:])
    before = block[0][:column]
    if value is None and not before.strip():
        return after
    field = _field(name, value, column, newline)
    return [before + field[0][column:], *field[1:], *after]


def _is_between(line: str, column: int) -> bool:
    stripped = line.strip()
    indent = len(line) - len(line.lstrip())
    return not stripped or (stripped.startswith("#") and indent <= column)


def _added(blocks: dict[str, list[str]], name: str, field: Sequence[str]) -> dict[str, list[str]]:
    newline = newline_of(field[0])
    last, block = next(reversed(blocks.items()))
    kept = len(block)
    while kept > 1 and not block[kept - 1].strip():
        kept -= 1
    if not block[kept - 1].endswith("\n"):
        block = [*block[: kept - 1], block[kept - 1] + newline, *block[kept:]]
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
    if _HALF.search(value):
        raise CannotEdit("書けない文字があります")
    if _UNSAFE.search(value) or value.startswith(_MARKS_IN_A_LINE):
        return DoubleQuotedScalarString(value)
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
