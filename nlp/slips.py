"""Slips of the keyboard: a wrongly converted character, a letter that the input method left.

Only what cannot be meant is mended: 戸席謄本 falls apart into 戸, 席 and 謄本 where the FAQ has the
one 戸籍謄本, while 県民税 stays what it is beside 市民税.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final

from nlp.tokeniser import ReadWord, SudachiTokeniser

_KANJI: Final = re.compile(r"[\u3400-\u9fff々]")
_SHORTEST: Final = 3
_LONGEST: Final = 8
_PIECES: Final = 6
_LAST: Final = "\U0010ffff"

_ROWS: Final[Mapping[str, str]] = {
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
# A consonant between kana, before a vowel: the key was pressed a moment too early or too late.
_HALF_TYPED: Final = re.compile(
    r"(?<=[\u3041-\u309f])([kstnhmrgzdbp])([あいうえお])", re.IGNORECASE
)
_LONE_N: Final = re.compile(r"(?<=[\u3041-\u309f\u30a1-\u30ff])n{1,2}(?![A-Za-z])", re.IGNORECASE)


class Speller:
    """Knows the words of the FAQ by how they are written; holds nothing else."""

    def __init__(self, uses: Mapping[str, int], tokeniser: SudachiTokeniser) -> None:
        """Take the FAQ's words, as written, with how often each is used."""
        self._uses = {
            word: count
            for word, count in uses.items()
            if _SHORTEST <= len(word) <= _LONGEST and _KANJI.search(word)
        }
        self._forwards = sorted(self._uses)
        self._backwards = sorted(self._uses, key=_reversed)
        self._tokeniser = tokeniser

    def mend(self, text: str) -> str:
        """Return the text with its slips mended; text without any is returned as it is."""
        typed = _LONE_N.sub("ん", _HALF_TYPED.sub(_whole_kana, text))
        if not _KANJI.search(typed):
            return typed
        words = self._tokeniser.readings(typed)
        if not any(_is_fragment(word) for word in words):
            return typed
        return "".join(self._mended(words))

    def _mended(self, words: Sequence[ReadWord]) -> Iterator[str]:
        at = 0
        while at < len(words):
            length, written = self._longest_mend(_pieces(words, at))
            yield written or words[at].surface
            at += length

    def _longest_mend(self, pieces: Sequence[ReadWord]) -> tuple[int, str | None]:
        """Return how many of the pieces become which one word: as many as can, at least two."""
        for length in range(len(pieces), 1, -1):
            found = self._nearest(pieces[:length])
            if found:
                return length, found
        return 1, None

    def _nearest(self, pieces: Sequence[ReadWord]) -> str | None:
        """Return the FAQ's most used word that differs by one lone character and holds together."""
        typed = "".join(piece.surface for piece in pieces)
        if not _SHORTEST <= len(typed) <= _LONGEST or typed in self._uses:
            return None
        lone = _lone_places(pieces)
        near = [
            (self._uses[word], word)
            for word in {*self._sharing_an_end(typed)}
            if _differing_place(typed, word) in lone
            and len(self._tokeniser.readings(word)) < len(pieces)
        ]
        return max(near)[1] if near else None

    def _sharing_an_end(self, typed: str) -> Iterator[str]:
        """Yield the words of the same length with the same first or last characters.

        One wrong character leaves half of them, rounded down, on one of the sides.
        """
        half = len(typed) // 2
        first = bisect_left(self._forwards, typed[:half])
        last = bisect_left(self._forwards, typed[:half] + _LAST)
        yield from (word for word in self._forwards[first:last] if len(word) == len(typed))
        end = _reversed(typed)[:half]
        first = bisect_left(self._backwards, end, key=_reversed)
        last = bisect_left(self._backwards, end + _LAST, key=_reversed)
        yield from (word for word in self._backwards[first:last] if len(word) == len(typed))


def _reversed(word: str) -> str:
    return word[::-1]


def _whole_kana(match: re.Match[str]) -> str:
    return _ROWS[match.group(1).lower()]["あいうえお".index(match.group(2))]


def _is_fragment(word: ReadWord) -> bool:
    return len(word.surface) == 1 and bool(_KANJI.match(word.surface))


def _pieces(words: Sequence[ReadWord], at: int) -> Sequence[ReadWord]:
    """Return the words from `at` on that can be pieces of one broken word."""
    if at and words[at - 1].part[1] == "数詞":  # what counts (7割, 二重) is meant
        return ()
    return tuple(takewhile(_may_be_a_piece, words[at : at + _PIECES]))


def _may_be_a_piece(word: ReadWord) -> bool:
    """Tell whether a word can be a piece of a broken one: numbers, places and 何 are meant."""
    if word.part[0] == "代名詞" or word.part[1] == "数詞" or word.part[2] == "地名":
        return False
    return word.may_go_on or _is_fragment(word)


def _lone_places(pieces: Sequence[ReadWord]) -> frozenset[int]:
    """Return where single characters stand that no word explains.

    A suffix after a whole word (助産師) is explained; beside another fragment it is not.
    """
    places, at = set(), 0
    for number, piece in enumerate(pieces):
        beside = [*pieces[max(0, number - 1) : number], *pieces[number + 1 : number + 2]]
        if _is_fragment(piece) and (piece.part[0] != "接尾辞" or any(map(_is_fragment, beside))):
            places.add(at)
        at += len(piece.surface)
    return frozenset(places)


def _differing_place(one: str, other: str) -> int | None:
    """Return where two texts of one length differ if that is one place, else None."""
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return places[0] if len(places) == 1 else None
