"""Answers are written in a little Markdown; channels show it as HTML or as plain text."""

from collections.abc import Iterable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token


@cache
def _parser() -> MarkdownIt:
    # "zero" plus a short list: what the checker allows and nothing else, so no HTML, no images.
    rules = ["emphasis", "link", "list", "newline", "escape"]
    return MarkdownIt("zero", {"breaks": True, "html": False}).enable(rules)


def to_html(text: str) -> str:
    """Return the answer as safe HTML: paragraphs, lists, links and bold, nothing else."""
    return str(_parser().render(text))


def to_text(text: str) -> str:
    """Return the answer as plain text; a link is its title with the address after it."""
    lines: list[str] = []
    depth: list[str] = []
    for token in _parser().parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth.append("・" if token.type == "bullet_list_open" else "1")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth.pop()
        elif token.type == "inline":
            lines.append(_marker(depth) + _inline(token.children or ()))
        elif token.type == "list_item_close" and depth and depth[-1].isdigit():
            depth[-1] = str(int(depth[-1]) + 1)
    return "\n".join(lines)


def _marker(depth: list[str]) -> str:
    if not depth:
        return ""
    indent = "　" * (len(depth) - 1)
    return indent + (f"{depth[-1]}. " if depth[-1].isdigit() else depth[-1])


def _inline(tokens: Iterable[Token]) -> str:
    pieces: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            pieces.append(f"（{address}）")
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        else:
            pieces.append(token.content)
    return "".join(pieces)
