"""Answers are written in a little Markdown; channels show it as HTML or as plain text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or an item of a list with its marker; `links` are titles with addresses."""

    marker: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


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
    return "\n".join(
        marker + _inline(tokens, _title_and_address) for marker, tokens in _parts(text)
    )


def outline(text: str) -> list[Piece]:
    """Return the answer's paragraphs and items in order, for channels that lay out by themselves.

    A link is its title; the addresses stand beside the text.
    """
    return [
        Piece(marker.strip(), _inline(tokens, _title), tuple(_links(tokens)))
        for marker, tokens in _parts(text)
    ]


def _parts(text: str) -> Iterator[tuple[str, Sequence[Token]]]:
    """Yield each paragraph or item with the marker before it."""
    depth: list[str] = []
    for token in _parser().parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth.append("・" if token.type == "bullet_list_open" else "1")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth.pop()
        elif token.type == "inline":
            yield _marker(depth), token.children or ()
        elif token.type == "list_item_close" and depth and depth[-1].isdigit():
            depth[-1] = str(int(depth[-1]) + 1)


def _marker(depth: list[str]) -> str:
    if not depth:
        return ""
    indent = "　" * (len(depth) - 1)
    return indent + (f"{depth[-1]}. " if depth[-1].isdigit() else depth[-1])


def _title(_address: str) -> str:
    return ""


def _title_and_address(address: str) -> str:
    return f"（{address}）"


def _inline(tokens: Iterable[Token], after_link: Callable[[str], str]) -> str:
    pieces: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            pieces.append(after_link(address))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        else:
            pieces.append(token.content)
    return "".join(pieces)


def _links(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    title: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address, title = str(token.attrGet("href") or ""), []
        elif token.type == "link_close":
            yield "".join(title), address
            address = ""
        elif address:
            title.append(token.content)
