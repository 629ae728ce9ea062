"""One spelling for what people type: width, hidden characters, spaces."""

import unicodedata
from collections.abc import Mapping
from typing import Final

MAX_CHARACTERS: Final = 500
"""Longest accepted question, in characters, before and after NFKC (one character may become 18)."""

# Two marks in a row are enough for every living script here; more is decoration ("zalgo").
_MARKS: Final = 2
# Variation selectors are marks to Unicode, so NFKC keeps them, and they split words.
_VARIATION_SELECTORS: Final = (
    frozenset(map(chr, range(0xFE00, 0xFE10)))
    | frozenset(map(chr, range(0xE0100, 0xE01F0)))
    | frozenset("\u180b\u180c\u180d\u180f")
)
_BREAKS: Final = frozenset("\n\r\t\v\f\u2028\u2029")
_SPACE_FOR_BREAK: Final = dict.fromkeys(map(ord, _BREAKS), " ")
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARK_CATEGORIES: Final = frozenset({"Mn", "Me"})
_WATCHED_CATEGORIES: Final = _HIDDEN_CATEGORIES | _MARK_CATEGORIES
# CP932 files bring the wave dash in two code points; NFKC turns only one of them into "~".
_SAME: Final[Mapping[str, str]] = {"\u301c": "~", "\u2212": "-", "\u2010": "-", "\u2011": "-"}


def normalise(text: str) -> str:
    """Return the text as it is searched: NFKC, nothing hidden, single spaces.

    Idempotent: normalising twice changes nothing.
    """
    visible = _without_hidden(text)
    composed = _without_hidden(unicodedata.normalize("NFKC", visible))
    # Hardly any text has these: looking for them is a tenth of what walking over it would take.
    for written, same in _SAME.items():
        composed = composed.replace(written, same)
    return " ".join(composed.split())


def printable(text: str) -> str:
    """Return the text without what a database or a screen could choke on; spelling is kept."""
    kept = (char for char in text if char in "\n\t" or not _is_control(char))
    return "".join(kept).strip()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"}


def _without_hidden(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # A text has few different characters: most texts are seen to be plain without a walk over them.
    different = set(text)
    if not different.isdisjoint(_BREAKS):
        text = text.translate(_SPACE_FOR_BREAK)
        different.difference_update(_BREAKS)
    if _WATCHED_CATEGORIES.isdisjoint(map(unicodedata.category, different)):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in _HIDDEN_CATEGORIES or char in _VARIATION_SELECTORS:
            continue
        marks = marks + 1 if category in _MARK_CATEGORIES else 0
        if marks <= _MARKS:
            kept.append(char)
    return "".join(kept)
