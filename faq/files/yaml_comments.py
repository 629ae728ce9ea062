"""The comments that stand within a field of a YAML record."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.tokens import CommentToken


def comments_in(values: CommentedMap, name: str, first: int, end: int) -> list[str]:
    """Return the comments between two lines that belong to a field or stand in its value."""
    found: dict[int, str] = {}
    for token in [*_tokens(values.ca.items.get(name)), *_tokens_of(values[name])]:
        if isinstance(token, str):  # beside the mark of a block of text
            found[first] = token.strip()
            continue
        for line, text in enumerate(token.value.split("\n"), token.start_mark.line):
            if text.strip() and first <= line < end:
                found[line] = text.strip()
    return [found[line] for line in sorted(found)]


def _tokens_of(value: Any) -> Iterator[CommentToken | str]:
    """Yield the comments that a value and what is in it carry."""
    if not hasattr(value, "ca"):
        return
    yield from _tokens([value.ca.comment, value.ca.end, list(value.ca.items.values())])
    for one in value.values() if isinstance(value, CommentedMap) else value:
        yield from _tokens_of(one)


def _tokens(kept: Any) -> Iterator[CommentToken | str]:
    if isinstance(kept, list):
        for one in kept:
            yield from _tokens(one)
    elif isinstance(kept, CommentToken | str):
        yield kept
