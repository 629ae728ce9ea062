"""Answers are written in a little Markdown; channels show it as HTML or as plain text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_BOLD: Final = "**"

REMEMBERED: Final = 512
"""Answers kept as they are shown: many citizens ask the same."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks the same: bold, or a link where `url` is not empty."""

    text: str
    bold: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or an item of a list with its marker and level (1 for the outer one)."""

    marker: str
    level: int
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words, a link by its title."""
        return "".join(run.text for run in self.runs)

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The titles of links with their addresses."""
        return tuple((run.text, run.url) for run in self.runs if run.url)


@cache
def _parser() -> MarkdownIt:
    # "zero" plus a short list: what the checker allows and nothing else, so no HTML, no images.
    rules = ["emphasis", "link", "list", "newline", "escape"]
    parser = MarkdownIt("zero", {"breaks": True, "html": False}).enable(rules)
    parser.inline.ruler.before("emphasis", "bold", _bold)
    return parser


def _bold(state: StateInline, silent: bool) -> bool:
    """Read `**bold**` wherever it stands.

    By CommonMark the second mark ends nothing between a bracket and a word without a space, which
    is how Japanese is written: **「可燃ごみ」**と書く.
    """
    start = state.pos + len(_BOLD)
    end = state.src.find(_BOLD, start, state.posMax)
    if not state.src.startswith(_BOLD, state.pos) or end <= start:
        return False
    if not silent:
        state.push("strong_open", "strong", 1).markup = _BOLD
        most, state.pos, state.posMax = state.posMax, start, end
        state.md.inline.tokenize(state)
        state.posMax = most
        state.push("strong_close", "strong", -1).markup = _BOLD
    state.pos = end + len(_BOLD)
    return True


@lru_cache(REMEMBERED)
def to_html(text: str) -> str:
    """Return the answer as safe HTML: paragraphs, lists, links and bold, nothing else."""
    return str(_parser().render(text))


@lru_cache(REMEMBERED)
def to_text(text: str) -> str:
    """Return the answer as plain text; a link is its title with the address after it."""
    return "\n".join(
        f"{'　' * max(0, piece.level - 1)}{piece.marker}{' ' * piece.marker.endswith('.')}"
        + "".join(f"{run.text}（{run.url}）" if run.url else run.text for run in piece.runs)
        for piece in outline(text)
    )


@lru_cache(REMEMBERED)
def outline(text: str) -> tuple[Piece, ...]:
    """Return the answer's paragraphs and items in order, for channels that lay out by themselves.

    A link is its title; the addresses stand beside the text.
    """
    return tuple(
        Piece(marker, level, tuple(_runs(tokens))) for marker, level, tokens in _parts(text)
    )


def _parts(text: str) -> Iterator[tuple[str, int, Sequence[Token]]]:
    """Yield each paragraph or item with its marker and how deep it stands in lists."""
    depth: list[str] = []
    for token in _parser().parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth.append("・" if token.type == "bullet_list_open" else "1")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth.pop()
        elif token.type == "inline":
            marker = depth[-1] if depth else ""
            yield f"{marker}." if marker.isdigit() else marker, len(depth), token.children or ()
        elif token.type == "list_item_close" and depth and depth[-1].isdigit():
            depth[-1] = str(int(depth[-1]) + 1)


def _runs(tokens: Iterable[Token]) -> Iterator[Run]:
    bold, url, told = False, "", ""
    for token in tokens:
        if token.type in ("link_open", "link_close", "strong_open", "strong_close"):
            if told:
                yield Run(told, bold, url)
            told = ""
        if token.type.startswith("link"):
            url = str(token.attrGet("href") or "") if token.type == "link_open" else ""
        elif token.type.startswith("strong"):
            bold = token.type == "strong_open"
        elif token.type in ("softbreak", "hardbreak"):
            told += "\n"
        else:
            told += token.content
    if told:
        yield Run(told, bold, url)
