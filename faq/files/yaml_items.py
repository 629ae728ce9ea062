"""The records of a file one by one, each with the text it is written in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from faq.files.known_entries import items_of
from faq.files.yaml_edit import CannotEdit, composed, end_of, line_end, line_start, record_of
from faq.files.yaml_value import INDENT, Fields, field_lines

_REMEMBERED: Final = 4
_NOTE: Final = re.compile(r"(?:[ \t]*\r?\n)*([ \t]*)#[^\n]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Item:
    """A record as it stands in a file; what is noted before the next one is not part of it."""

    id: str
    start: int
    text: str

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)


def item_of(text: str, item_id: str, section: str = "") -> Item | None:
    """Return the record with an id of a list, or of the list under a name; raises CannotEdit."""
    starts = starts_in(text, section)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if item_id in text[start:end]:
            item = item_from(text, start, end)
            if item.id == item_id:
                return item
    return None


def starts_in(text: str, section: str = "") -> list[int]:
    """Return where the records of a file begin; only awkward files are parsed for it."""
    pieces = None if section else items_of(text)
    if pieces is None:
        return list(_starts_in_awkward(text, section))
    starts = [len(text) - sum(map(len, pieces))]
    for piece in pieces[:-1]:
        starts.append(starts[-1] + len(piece))
    return starts


def item_from(text: str, start: int, end: int) -> Item:
    """Return the record between two places; `end` is where the next one begins, or the file ends.

    What follows the list (a section of another name, the mark of the end) is not part of it.
    """
    found = _item(_cut_short(text[start:end]))
    return Item(found.id, start, found.text)


def lines_of_fields(text: str) -> dict[str, int]:
    """Return on which line of a record each of its fields begins, from 0."""
    return {key.value: key.start_mark.line for key, _ in record_of(text).value}


def rendered(fields: Fields, column: int = 0, newline: str = "\n") -> str:
    """Return a new record as the text of a list item whose dash stands at a column."""
    told = {name: value for name, value in fields.items() if value or value is False}
    text = newline.join(field_lines(told, column + INDENT))
    return f"{' ' * column}- {text[column + INDENT :]}{newline}"


@lru_cache(maxsize=256)
def _item(piece: str) -> Item:
    record = record_of(piece)
    last = line_end(piece, end_of(record, piece))
    dash = len(piece) - len(piece.lstrip(" "))
    while (note := _NOTE.match(piece, last)) and len(note[1]) > dash:
        last = note.end()
    name = next((value.value for key, value in record.value if key.value == "id"), "")
    return Item(str(name), 0, piece[:last])


def _cut_short(piece: str) -> str:
    """Leave out what stands at the left of the record's dash after it."""
    dash = len(piece) - len(piece.lstrip(" "))
    outside = re.compile(rf"^(?: {{0,{dash}}})[^\s#-]|^\.\.\.", re.MULTILINE)
    found = outside.search(piece, line_end(piece, 0))
    return piece[: found.start()] if found else piece


@lru_cache(maxsize=_REMEMBERED)
def _starts_in_awkward(text: str, section: str) -> Sequence[int]:
    node = composed(text)
    listed = _under(node, section) if section else node
    if listed is None or (not section and listed.value in ("", "null")):
        return ()
    if not isinstance(listed, SequenceNode):
        raise CannotEdit("「- 」で始まる一覧になっていません")
    starts = [line_start(text, one.start_mark.index) for one in listed.value]
    is_plain = all(text[start:].lstrip(" ").startswith("- ") for start in starts)
    if len(set(starts)) < len(starts) or not is_plain:
        raise CannotEdit("1件ずつ「- 」から書いてください")
    return tuple(starts)


def _under(node: Node | None, section: str) -> Node | None:
    if not isinstance(node, MappingNode):
        raise CannotEdit(f"「{section}:」がありません")
    return next((value for key, value in node.value if key.value == section), None)
