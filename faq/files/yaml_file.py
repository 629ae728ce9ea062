"""Reading YAML so that every value still knows its line and column."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import LiteralScalarString

from faq.files.file_bytes import read_bytes
from faq.problem import Problem

# Blocks of text stand two columns inside their record, as the project writes them.
_BLOCK_INDENT: Final = 2
_REMEMBERED: Final = 16
_DEEPEST: Final = 50
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Problems:
    """Collects the problems of one file, in the order they are found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, message: str, line: int = 0, column: int = 0) -> None:
        """Record a problem at a position counted from 0."""
        self.found.append(Problem(self.file, line + 1, column + 1, message))


def read_text(path: Path, problems: Problems) -> str | None:
    """Return the file's text (UTF-8, with or without BOM), or None after recording why not."""
    raw = read_bytes(path, problems)
    if raw is None:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start)
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1)
        problems.add(
            "文字コードが UTF-8 ではありません。UTF-8 で保存し直してください", line, column
        )
        return None


def read_yaml(path: Path, problems: Problems) -> Any:
    """Return the document with positions, or None after recording what is wrong with it."""
    text = read_text(path, problems)
    return None if text is None else _parsed(text, problems, _remembered)


def parse_yaml(text: str, problems: Problems) -> Any:
    """Return a text's document with positions, or None after recording what is wrong with it."""
    return _parsed(text, problems, lambda text: _yaml().load(text))


@lru_cache(maxsize=_REMEMBERED)
def _remembered(text: str) -> Any:
    """Parse a text once: most files of a folder stay the same while one is edited."""
    return _yaml().load(text)


def _parsed(text: str, problems: Problems, load: Callable[[str], Any]) -> Any:
    try:
        return load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        problems.add(
            "同じ項目が2回書かれています。どちらかを消してください", mark.line, mark.column
        )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        problems.add(_syntax_message(text, line, str(error.problem)), line, column)
    except ReaderError as error:
        line, column = _line_and_column(text, error.position)
        problems.add(
            f"読めない文字（U+{ord(text[error.position]):04X}）があります。消してください",
            line,
            column,
        )
    except YAMLError as error:
        problems.add(f"YAML として読めません（{error}）")
    except RecursionError:
        problems.add("かっこや字下げが深すぎます。浅くしてください", *_too_deep_at(text))
    return None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)


def _too_deep_at(text: str) -> tuple[int, int]:
    """Return where the nesting passes what any file needs; parsing alone is not recursive."""
    depth = 0
    for event in _yaml().parse(text):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return event.start_mark.line, event.start_mark.column
    return 0, 0


class _Constructor(RoundTripConstructor):
    """Leaves dates as they are written, so that an impossible one can be named at its line."""


def _as_written(constructor: RoundTripConstructor, node: Any) -> Any:
    return constructor.construct_scalar(node)


def _yaml() -> YAML:
    _Constructor.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    return yaml


def _syntax_message(text: str, line: int, problem: str) -> str:
    lines = text.splitlines()
    here = lines[line] if line < len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return "行の初めにタブがあります。字下げは半角の空白にしてください"
    return f"YAML として読めません。引用符・字下げ・「: 」を確かめてください（{problem}）"


class Record:
    """One mapping of a YAML file, read field by field; what is wrong is recorded, not raised."""

    def __init__(self, node: CommentedMap, problems: Problems) -> None:
        self.node = node
        self._problems = problems
        self._asked: set[str] = set()

    @classmethod
    def nowhere(cls, problems: Problems) -> "Record":
        """Return an empty record at the start of a file, for what was not read again."""
        node = CommentedMap()
        node.lc.line = node.lc.col = 0
        return cls(node, problems)

    @property
    def position(self) -> tuple[int, int]:
        """Line and column where the record starts, from 0."""
        return (self.node.lc.line, self.node.lc.col)

    def place(self, name: str, index: int | None = None) -> tuple[int, int]:
        """Line and column of a field's value (or of one item of its list), from 0."""
        if name not in self.node:
            return self.position
        value = self.node[name]
        try:
            if index is not None and isinstance(value, CommentedSeq):
                line, column = value.lc.item(index)
            elif isinstance(value, CommentedMap | CommentedSeq):
                line, column = self.node.lc.key(name)
            else:
                line, column = self.node.lc.value(name)
        except (KeyError, TypeError):  # a value without a position of its own
            return self.position
        return (line, column)

    def problem(self, name: str, message: str, index: int | None = None) -> None:
        """Record a problem at a field."""
        self._problems.add(message, *self.place(name, index))

    def problem_in_text(self, name: str, message: str, offset: int) -> None:
        """Record a problem at a character of a text field, on the line where it stands."""
        line, column = self.place(name)
        value = self.node.get(name)
        if isinstance(value, LiteralScalarString):
            before = value[:offset]
            line += 1 + before.count("\n")
            column = self.node.lc.col + len(before) - (before.rfind("\n") + 1)
            column += _BLOCK_INDENT
        self._problems.add(message, line, column)

    def raw(self, name: str) -> Any:
        """Return a field as YAML has it, and note that it is a known one."""
        self._asked.add(name)
        return self.node.get(name)

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text field, stripped; empty when missing."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                self.problem(name, f"「{name}」がありません。書いてください")
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self.problem(name, f"「{name}」は文字で書いてください")
        return ""

    def identifier(self, name: str = "id") -> str:
        """Return a required id: small letters, digits and hyphens."""
        value = self.text(name, required=True)
        if value and not _ID.fullmatch(value):
            self.problem(name, f"id「{value}」は半角の英小文字・数字・ハイフンだけで書いてください")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; a missing one is empty."""
        value = self.raw(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problem(name, f"「{name}」は [ ] か - で始まる一覧で書いてください")
            return ()
        kept: list[str] = []
        for index, item in enumerate(value):
            if isinstance(item, str) and item.strip():
                kept.append(item.strip())
            elif isinstance(item, int | float) and not isinstance(item, bool):
                kept.append(str(item))
            else:
                self.problem(name, f"「{name}」に文字でないもの、または空のものがあります", index)
        return tuple(kept)

    def day(self, name: str) -> date | None:
        """Return a date written as 2026-04-01; None when missing."""
        value = self.raw(name)
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.problem(
                name,
                f"日付「{value}」が読めません。実際にある日を 2026-04-01 の形で書いてください",
            )
            return None

    def number(self, name: str, least: float, most: float) -> float:
        """Return a required number between two bounds; the lower one when it cannot be read."""
        value = self.raw(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if least <= value <= most:
                return float(value)
        self.problem(name, f"「{name}」は {least:g} から {most:g} までの数で書いてください")
        return float(least)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return one of the allowed words."""
        value = self.text(name)
        if not value:
            return default
        if value not in allowed:
            self.problem(name, f"「{name}」は {'・'.join(allowed)} のどれかです（今は「{value}」）")
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(name, f"「{name}」は true か false です")
            return default
        return value

    def record(self, name: str) -> "Record | None":
        """Return a nested mapping; None when missing or empty."""
        value = self.raw(name)
        if not value:
            return None
        if not isinstance(value, CommentedMap):
            self.problem(name, f"「{name}」は「名前: 値」の形で書いてください")
            return None
        return Record(value, self._problems)

    def records(self, name: str) -> Iterator["Record"]:
        """Yield the mappings of a list field."""
        value = self.raw(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.problem(name, f"「{name}」は - で始まる一覧で書いてください")
            return
        for index, item in enumerate(value):
            if isinstance(item, CommentedMap):
                yield Record(item, self._problems)
            else:
                self.problem(name, f"「{name}」の項目は「名前: 値」の形で書いてください", index)

    def keys(self) -> tuple[str, ...]:
        """Return the names of all fields as written."""
        return tuple(str(key) for key in self.node)

    def finish(self) -> None:
        """Record every field that nobody asked for: a misspelt name must not pass in silence."""
        for key in self.node:
            if key not in self._asked:
                line, column = self.node.lc.key(key)
                known = "、".join(sorted(self._asked))
                self._problems.add(
                    f"「{key}」という項目はありません。使えるのは {known} です", line, column
                )


def records_of(document: Any, problems: Problems) -> Iterator[Record]:
    """Yield the mappings of a document that is a list of them."""
    if document is None:
        return
    if not isinstance(document, CommentedSeq):
        problems.add("このファイルは「- 」で始まる一覧にしてください")
        return
    for index, item in enumerate(document):
        if isinstance(item, CommentedMap):
            yield Record(item, problems)
        else:
            line, column = document.lc.item(index)
            problems.add("「- 」の後は「名前: 値」の形で書いてください", line, column)
