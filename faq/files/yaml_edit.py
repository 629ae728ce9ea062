"""Changing single fields of a YAML record; every other character stays as somebody wrote it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from faq.files.yaml_value import Fields, field_lines, inline, is_block, item_lines, value_lines
from faq.problem import FaqFolderError, Problem

_COLON: Final = re.compile(r"[ \t]*:")
_COMMENT: Final = re.compile(r"(?<!\S)#[^\r\n\x85\u2028\u2029]*")
_LINE_END: Final = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]|\Z")
_DASH: Final = re.compile(r"[ \t]*(?=-[ \t]+\Z)")


class CannotEdit(FaqFolderError):
    """A file is written in a way that single fields cannot be changed in; edit it as text."""

    def __init__(self, why: str) -> None:
        self._why = why
        super().__init__([Problem("", 0, 0, str(self))])

    def __str__(self) -> str:
        return f"このファイルは、画面から直せる書き方になっていません（{self._why}）"


def edited(text: str, before: Fields, after: Fields) -> str:
    """Return the text of a record (from its dash on) with the fields that `after` has otherwise.

    `before` is what the text says. A field that becomes empty keeps its name and its comments.
    Raises CannotEdit rather than losing anything.
    """
    changes = {name: value for name, value in after.items() if value != before.get(name)}
    if not changes:
        return text
    record = record_of(text)
    editing = _Editing(text, record)
    if record.flow_style:
        editing.rewrite({**_loaded(text), **changes})
    else:
        editing.change_fields(record, before, {**before, **changes})
    made = editing.result()
    was, now = _loaded(text), _loaded(made)
    for name in was.keys() | now.keys():
        if name not in changes and (name not in now or was.get(name) != now[name]):
            raise CannotEdit(f"「{name}」まで変わってしまいます")
    return made


def record_of(text: str) -> MappingNode:
    """Return the one record of a list with its places in the text; raises CannotEdit."""
    node = composed(text)
    if not (isinstance(node, SequenceNode) and len(node.value) == 1):
        raise CannotEdit("1件ずつに分けられません")
    record = node.value[0]
    if not isinstance(record, MappingNode):
        raise CannotEdit("「名前: 値」の形ではありません")
    return record


def composed(text: str) -> Node | None:
    """Return a YAML text as nodes with their places; raises CannotEdit."""
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise CannotEdit(f"YAML として読めません（{error}）") from error
    return node


def end_of(node: Node, text: str) -> int:
    """Return where the last character of a value is behind, comments after it left out."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        return start + len(text[start:end].rstrip()) if node.style in ("|", ">") else int(end)
    if node.flow_style or not node.value:
        return int(end)
    last = node.value[-1]
    if isinstance(last, tuple):
        return max(end_of(last[1], text), _behind_name(last[0], text))
    return end_of(last, text)


def line_end(text: str, at: int) -> int:
    """Return where the line after a place begins."""
    found = _LINE_END.search(text, at)
    return found.end() if found else len(text)


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins."""
    return max(text.rfind(mark, 0, at) for mark in "\n\r\x85\u2028\u2029") + 1


class _Editing:
    """Collects what to replace in the text of a record, and does it at the end."""

    def __init__(self, text: str, record: MappingNode) -> None:
        self._text = text
        self._record = record
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._patches: list[_Patch] = []
        self._scalars = list(_scalars(record, text))
        if len(set(self._scalars)) < len(self._scalars):
            raise CannotEdit("& と * で同じ値を使い回しています")

    def result(self) -> str:
        done, made = 0, []
        for patch in sorted(self._patches, key=lambda one: one.start):
            if patch.start < done:
                raise CannotEdit("変えるところが重なっています")
            made += [self._text[done : patch.start], patch.text]
            done = patch.end
        return "".join([*made, self._text[done:]])

    def rewrite(self, fields: Fields) -> None:
        """Write the whole record anew, a line for each field."""
        start, end = self._record.start_mark.index, end_of(self._record, self._text)
        column = start - line_start(self._text, start)
        lines = field_lines({name: _empty_as_null(one) for name, one in fields.items()}, column)
        self._put(start, end, self._newline.join(lines).lstrip(" "))
        self._put_lines(line_end(self._text, end), self._comments(start, end, column))

    def change_fields(self, node: MappingNode, before: Fields, after: Fields) -> None:
        """Change a record whose fields stand on lines of their own."""
        there = {key.value: (key, value) for key, value in node.value}
        column = node.start_mark.column
        for name, value in after.items():
            if value == before.get(name):
                continue
            if name in there:
                self._change(*there[name], before.get(name), value, column)
            elif not _is_empty(value):
                at = line_end(self._text, end_of(node, self._text))
                self._put_lines(at, field_lines({name: value}, column))
        for name in before.keys() & there.keys() - after.keys():
            key, value = there[name]
            self._remove_lines(key.start_mark.index, end_of(value, self._text), column)

    def _change(self, key: Node, node: Node, before: Any, after: Any, column: int) -> None:
        if isinstance(node, SequenceNode) and isinstance(after, list):
            listed = before if isinstance(before, list) else []
            if len(listed) != len(node.value):
                raise CannotEdit(f"「{key.value}」に読めないものがあります")
            if after and not node.flow_style:
                self._change_items(node, listed, after)
                return
            if not any(isinstance(one, str) and is_block(one) for one in after):
                self._replace(key, node, self._flow(node, listed, after), [], column)
                return
        if _is_lines(node) and isinstance(before, Mapping) and after:
            self.change_fields(node, before, after)
            return
        quote = node.style if isinstance(node, ScalarNode) and node.style in ("'", '"') else ""
        head, below = value_lines(_empty_as_null(after), column, quote)
        self._replace(key, node, head, below, column)

    def _replace(self, key: Node, node: Node, head: str, below: Sequence[str], column: int) -> None:
        """Put another value behind a name; a comment on the same line stays there."""
        start, end = _behind_name(key, self._text), end_of(node, self._text)
        between = _COMMENT.sub("", self._text[start : max(start, node.start_mark.index)])
        if between.strip():
            raise CannotEdit(f"「{key.value}」に & か ! が付いています")
        end = max(start, end)
        self._put(start, end, f" {head}" if head else "")
        comments = self._comments(start, end, column)
        self._put_lines(line_end(self._text, end), [*below, *comments])

    def _change_items(self, node: SequenceNode, before: list[Any], after: list[Any]) -> None:
        """Change a list with one item a line: what stays in it is not touched."""
        column = self._dash_column(node.value[0])
        for tag, start, end, first, last in _opcodes(before, after):
            if tag == "equal":
                continue
            paired = min(end - start, last - first)
            for old, new in zip(range(start, start + paired), after[first:last], strict=False):
                self._change_item(node.value[old], before[old], new, column)
            for gone in node.value[start + paired : end]:
                self._dash_column(gone)
                self._remove_lines(gone.start_mark.index, end_of(gone, self._text), column)
            lines = [
                line for one in after[first + paired : last] for line in item_lines(one, column)
            ]
            self._put_lines(self._behind_items(node, start + paired), lines)

    def _change_item(self, node: Node, before: Any, after: Any, column: int) -> None:
        self._dash_column(node)
        if _is_lines(node) and isinstance(after, Mapping):
            self.change_fields(node, before, after)
            return
        first, *below = item_lines(after, column)
        start, end = node.start_mark.index, end_of(node, self._text)
        self._put(start, end, first[column + 2 :])
        comments = self._comments(start, end, column)
        self._put_lines(line_end(self._text, end), [*below, *comments])

    def _behind_items(self, node: SequenceNode, count: int) -> int:
        if not count:
            return line_start(self._text, node.value[0].start_mark.index)
        return line_end(self._text, end_of(node.value[count - 1], self._text))

    def _dash_column(self, node: Node) -> int:
        start = node.start_mark.index
        found = _DASH.match(self._text[line_start(self._text, start) : start])
        if not found:
            raise CannotEdit("一覧を「- 」で始まる行に書いてください")
        return found.end()

    def _flow(self, node: SequenceNode, before: list[Any], after: list[Any]) -> str:
        parts: list[str] = []
        for tag, start, end, first, last in _opcodes(before, after):
            if tag == "equal":
                kept = node.value[start:end]
                parts += [self._text[one.start_mark.index : one.end_mark.index] for one in kept]
            else:
                parts += [inline(one, in_flow=True) for one in after[first:last]]
        return f"[{', '.join(parts)}]"

    def _remove_lines(self, start: int, end: int, column: int) -> None:
        start, end = line_start(self._text, start), line_end(self._text, end)
        kept = self._comments(start, end, column)
        self._put(start, end, "".join(f"{line}{self._newline}" for line in kept))

    def _comments(self, start: int, end: int, column: int) -> list[str]:
        """Return the comments of a part as lines of their own."""
        found: list[str] = []
        for first, last in [*self._scalars, (end, end)]:
            if start < first:
                gap = _COMMENT.finditer(self._text, start, min(first, end))
                found += [f"{' ' * column}{one.group()}" for one in gap]
            start = max(start, last)
        return found

    def _put_lines(self, at: int, lines: Sequence[str]) -> None:
        if not lines:
            return
        text = self._newline.join(lines)
        is_open = at == len(self._text) and not self._text.endswith(("\n", "\r"))
        self._put(at, at, f"{self._newline}{text}" if is_open else f"{text}{self._newline}")

    def _put(self, start: int, end: int, text: str) -> None:
        self._patches.append(_Patch(start, end, text))


@dataclass(frozen=True, slots=True)
class _Patch:
    start: int
    end: int
    text: str


def _scalars(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Yield where texts stand, in order: a mark of a comment in them is none."""
    if isinstance(node, ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            yield line_end(text, start), end
        elif end > start:
            yield start, end
        return
    for one in node.value:
        for part in one if isinstance(one, tuple) else (one,):
            yield from _scalars(part, text)


def _behind_name(key: Node, text: str) -> int:
    found = _COLON.match(text, key.end_mark.index)
    if not found:
        raise CannotEdit(f"「{key.value}」の後に「:」がありません")
    return found.end()


def _is_lines(node: Node) -> bool:
    return isinstance(node, MappingNode) and not node.flow_style


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | Mapping) and not value)


def _empty_as_null(value: Any) -> Any:
    return None if value == "" else value


def _opcodes(before: list[Any], after: list[Any]) -> list[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, [*map(repr, before)], [*map(repr, after)], autojunk=False)
    return list(matcher.get_opcodes())


def _loaded(text: str) -> dict[str, Any]:
    try:
        listed = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise CannotEdit(f"YAML として読めません（{error}）") from error
    return {str(name): value for name, value in listed[0].items()}
