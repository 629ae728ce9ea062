"""LINE's limits and how it counts: UTF-16 code units, or graphemes for what stands on buttons.

Source of the figures: https://developers.line.biz/en/reference/messaging-api/
"""

import re
from typing import Final

import regex

MESSAGES: Final = 5
TEXT: Final = 5_000
ALT_TEXT: Final = 1_500
QUICK_REPLIES: Final = 13
QUICK_LABEL: Final = 20
BUTTON_LABEL: Final = 40
DATA: Final = 300
URI: Final = 1_000
BUBBLE_BYTES: Final = 30_000
MENU_NAME: Final = 300
MENU_BAR: Final = 14
MENU_AREAS: Final = 20

_UNITS_OF_A_GRAPHEME: Final = 16
"""A grapheme may pile up marks without end; nothing people read needs more than this."""

_MORE: Final = "…"
_NOTHING: Final = "―"
_UNPRINTABLE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_SENTENCE_END: Final = re.compile(r"[。！？!?]+[」』）)]*|\n")


def units(text: str) -> int:
    """Return the length as LINE counts most texts: in UTF-16 code units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def graphemes(text: str) -> int:
    """Return the length as LINE counts labels: in what people see as one character."""
    return len(regex.findall(r"\X", text))


def can_be_sent(text: str, most: int) -> bool:
    """Tell whether a text can be sent as it is: not empty, printable, at most so many units."""
    return bool(text.strip()) and not _UNPRINTABLE.search(text) and units(text) <= most


def fitted(text: str, most: int) -> str:
    """Return a text of 1 to `most` UTF-16 units, cut between two characters where it is longer."""
    plain = _printable(text)
    return plain if units(plain) <= most else _cut(plain, most - 1, most) + _MORE


def fitted_label(text: str, most: int) -> str:
    """Return a label of 1 to `most` graphemes on one line."""
    plain = " ".join(_printable(text).split())
    longest = most * _UNITS_OF_A_GRAPHEME
    if units(plain) <= longest and graphemes(plain) <= most:
        return plain
    return _cut(plain, longest - 1, most - 1) + _MORE


def fitted_sentences(text: str, most: int) -> str:
    """Return as many whole sentences as fit into `most` UTF-16 units; at least a part of one."""
    plain = _printable(text)
    if units(plain) <= most:
        return plain
    whole = _cut(plain, most, most)
    ends = [found.end() for found in _SENTENCE_END.finditer(whole)]
    if ends and ends[-1] * 3 > len(whole):
        return whole[: ends[-1]].rstrip()
    return fitted(plain, most)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text).strip() or _NOTHING


def _cut(text: str, most_units: int, most_graphemes: int) -> str:
    """Return the longest beginning of whole graphemes within both limits."""
    used = 0
    pieces: list[str] = []
    # No more code points than units can be within the limit: the rest need not be looked at.
    for found in regex.finditer(r"\X", text[: most_units + 1]):
        used += units(found.group())
        if used > most_units or len(pieces) >= most_graphemes:
            break
        pieces.append(found.group())
    return "".join(pieces).rstrip() or _NOTHING
