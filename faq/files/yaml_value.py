"""Values as YAML text: long texts as blocks, short lists on a line, Japanese as it is."""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

Fields = Mapping[str, Any]

INDENT: Final = 2
"""How much deeper than its name a value stands."""

_WIDTH: Final = 1_000_000  # no line is folded: Japanese has no spaces to fold at
_LONGEST_LINE: Final = 300
_QUOTES: Final = {'"': DoubleQuotedScalarString, "'": SingleQuotedScalarString}
# What stands in a block must be printable, and not begin with what would shift its margin.
_BLOCK: Final = re.compile(r"[^\s][^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*")


def value_lines(value: Any, column: int, quote: str = "") -> tuple[str, list[str]]:
    """Return what stands behind a name or a dash at a column, and the lines below it.

    `quote` is the mark that a text of one line is to be written in, if it must not be bare.
    """
    margin = " " * (column + INDENT)
    if isinstance(value, str) and is_block(value):
        return "|", [f"{margin}{line}" if line else "" for line in value.split("\n")]
    if isinstance(value, Mapping) and value:
        return "", field_lines(value, column + INDENT)
    if isinstance(value, Sequence) and not isinstance(value, str) and not _is_short(value):
        return "", [line for one in value for line in item_lines(one, column + INDENT)]
    return inline(value, quote=quote), []


def field_lines(fields: Fields, column: int) -> list[str]:
    """Return the lines of `name: value` that stand at a column."""
    lines: list[str] = []
    for name, value in fields.items():
        head, below = value_lines(value, column)
        lines += [f"{' ' * column}{inline(name)}:{' ' if head else ''}{head}", *below]
    return lines


def item_lines(value: Any, column: int) -> list[str]:
    """Return the lines of an item of a list whose dash stands at a column."""
    if isinstance(value, Mapping):
        return [f"{' ' * column}- {inline(value)}"]
    head, below = value_lines(value, column)
    return [f"{' ' * column}- {head}", *below]


def is_block(value: str) -> bool:
    """Tell whether a text is written as a block of lines."""
    return "\n" in value and bool(_BLOCK.fullmatch(value))


def inline(value: Any, *, quote: str = "", in_flow: bool = False) -> str:
    """Return a value on one line; `in_flow` when it stands between brackets."""
    if isinstance(value, str):
        return _text(value, quote, in_flow)
    if isinstance(value, Mapping):
        parts = (f"{_text(k, '', True)}: {inline(v, in_flow=True)}" for k, v in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(inline(one, in_flow=True) for one in value)}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_short(values: Sequence[Any]) -> bool:
    texts = [value for value in values if isinstance(value, str) and "\n" not in value]
    return not values or (
        len(texts) == len(values) and sum(len(text) + 2 for text in texts) <= _LONGEST_LINE
    )


def _text(value: str, quote: str, in_flow: bool) -> str:
    out = io.StringIO()
    writer = YAML(typ="rt")
    writer.width = _WIDTH
    writer.allow_unicode = True
    quoted = _QUOTES['"' if "\n" in value else quote](value) if quote or "\n" in value else value
    if in_flow:
        listed = CommentedSeq([quoted])
        listed.fa.set_flow_style()
        writer.dump(listed, out)
        return out.getvalue().removesuffix("\n")[1:-1]
    writer.dump(CommentedMap({"k": quoted}), out)
    return out.getvalue().removesuffix("\n").removeprefix("k:").lstrip(" ")
