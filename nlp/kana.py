"""Questions typed all in kana, written again with the kanji that the FAQ itself uses.

People who type or dictate in hiragana leave no word for a dictionary to hold on to
(「じゅうみんひょうほしい」). The FAQ's own texts tell which words they can mean: every word and
short compound of theirs is known by its reading, and how often it stands there tells where words
begin and end: したいの is した, い and の far more often than 死体 and の.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import takewhile
from pathlib import Path
from typing import Final

import msgspec

from nlp.normalise import normalise
from nlp.text_cache import Readings, Remembered
from nlp.tokeniser import ReadWord, SudachiTokeniser

_BETWEEN: Final = re.compile(r"[\s\-~・…]+")
_KANJI: Final = re.compile(r"[\u3400-\u9fff々]")
_KANA_RUN: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30faー]+")
_JAPANESE: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fffー々]+")
_SMALL: Final = frozenset("ぁぃぅぇぉゃゅょー")
_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_TO_BIG: Final = str.maketrans("ぁぃぅぇぉゃゅょっ", "あいうえおやゆよつ")
# An う after these is a long vowel.
_BEFORE_LONG: Final = frozenset("おこそとのほもよろをごぞどぼぽうくすつぬふむゆるぐずづぶぷ")
_COMPOUND: Final = 4
_LONGEST: Final = 16

# Costs of writing a run of kana, in nats as of a word's log share of the FAQ; chosen together on
# the questions of another city, read out in kana.
_UNKNOWN_KANA: Final = 6.0
_EACH_WORD: Final = 2.0
_SLIP: Final = 3.0
_SHORTEST_WITH_A_SLIP: Final = 3
_SHORTEST_OUTLINED: Final = 4

_SHORT: Final = 2
_LEAST_USES_OF_SHORT: Final = 3


_Way = tuple[float, int, str]
"""Of a run's kana up to some place: what writing them costs, where the last word begins, and it."""


@dataclass(frozen=True)
class KanaLexicon:
    """Readings (hiragana) with the written form that the FAQ uses most, and how often."""

    forms: Mapping[str, tuple[str, int]]

    @classmethod
    def of_texts(
        cls,
        texts: Iterable[str],
        tokeniser: SudachiTokeniser,
        known: Remembered[Readings] | None = None,
    ) -> "KanaLexicon":
        """Learn the readings of all words, of short compounds of nouns, and of words with endings.

        Words that the FAQ writes in kana are learnt too: どう must not become 道.
        """
        known = known or Remembered()
        seen: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for text in texts:
            for reading, surface, count in known.of(text, lambda one: _readings(one, tokeniser)):
                seen[reading][surface] += count
        best = ((reading, max(found.items(), key=_by_count)) for reading, found in seen.items())
        return cls({reading: form for reading, form in best if _is_telling(reading, *form)})

    def save(self, path: Path) -> None:
        """Write the lexicon as JSON."""
        path.write_text(json.dumps(self.forms, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "KanaLexicon":
        """Read it back; raises ValueError when it is damaged."""
        try:
            return cls(msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[str, int]]))
        except msgspec.MsgspecError as error:
            raise ValueError(f"the readings cannot be read: {error}") from error

    def uses(self) -> Mapping[str, int]:
        """Return the words and compounds as the FAQ writes them, with how often it does."""
        found: Counter[str] = Counter()
        for written, count in self.forms.values():
            found[written] += count
        return found

    def rewrite(self, text: str) -> str:
        """Return the text with known readings written as the FAQ writes them.

        A text that holds kanji already is returned as it is: its writer knows how to type them.
        """
        if _KANJI.search(text):
            return text
        return _KANA_RUN.sub(lambda run: self._written(run.group()), text)

    def _written(self, run: str) -> str:
        """Return the least costly way to write a run of kana, as words and kana in between."""
        kana = hiragana(run)
        outline, places = outlined(kana)
        best: list[_Way] = [(0.0, 0, "")]
        for end in range(1, len(kana) + 1):
            ways: list[_Way] = [(best[end - 1][0] + _UNKNOWN_KANA, end - 1, run[end - 1])]
            # No word parts a syllable.
            if end == len(kana) or kana[end] not in _SMALL:
                for start in range(max(0, end - _LONGEST), end):
                    if kana[start] in _SMALL:
                        continue
                    word = self._word(kana[start:end], outline[places[start] : places[end]])
                    if word:
                        ways.append((best[start][0] + word[1], start, word[0]))
            best.append(min(ways, key=lambda way: way[0]))
        pieces: list[str] = []
        at = len(kana)
        while at > 0:
            _, start, written = best[at]
            pieces.append(written)
            at = start
        return "".join(reversed(pieces))

    def _word(self, reading: str, outline: str) -> tuple[str, float] | None:
        """Return what a reading, or else its outline, is written as, with what that costs."""
        known, slip = self.forms.get(reading), 0.0
        if known is None and len(reading) >= _SHORTEST_WITH_A_SLIP:
            known, slip = self._outlines.get(outline), _SLIP
        if known is None:
            return None
        written, count = known
        return written, self._log_total - math.log(count) + _EACH_WORD + slip

    @cached_property
    def _log_total(self) -> float:
        return math.log(sum(count for _, count in self.forms.values()) or 1)

    @cached_property
    def _outlines(self) -> Mapping[str, tuple[str, int]]:
        """The words that can be told by their outline: those long enough, not written in kana."""
        found: dict[str, tuple[str, int]] = {}
        for reading, (written, count) in self.forms.items():
            if len(reading) < _SHORTEST_OUTLINED or written == reading:
                continue
            key, _ = outlined(reading)
            if count > found.get(key, ("", 0))[1]:
                found[key] = (written, count)
        return found


def outlined(kana: str) -> tuple[str, list[int]]:
    """Return hiragana without what slips most, small kana and long vowels, and each one's place.

    こーえん, こうえん and こえん have one outline, しよるい and しょるい another. n kana have n + 1
    places, the last one being the end.
    """
    big = kana.translate(_TO_BIG)
    if "ー" not in big and "う" not in big:
        return big, [*range(len(big) + 1)]
    kept, places = "", [0]
    for char in big:
        is_long = char == "ー" or (char == "う" and kept[-1:] in _BEFORE_LONG)
        kept += "" if is_long else char
        places.append(len(kept))
    return kept, places


def folded(text: str) -> str:
    """Return a text without regard to width, case, kind of kana and what stands between words."""
    return _BETWEEN.sub("", hiragana(normalise(text).casefold()))


def hiragana(text: str) -> str:
    """Return katakana as hiragana."""
    return text.translate(_TO_HIRAGANA)


def _is_telling(reading: str, written: str, count: int) -> bool:
    """Tell whether a reading leads to a word: very short ones mean kanji only if often used so."""
    if len(reading) > _SHORT or not _KANJI.search(written):
        return True
    return len(reading) == _SHORT and count >= _LEAST_USES_OF_SHORT


def _by_count(item: tuple[str, int]) -> tuple[int, int, str]:
    return item[1], -len(item[0]), item[0]


def _readings(text: str, tokeniser: SudachiTokeniser) -> Readings:
    counts = Counter(_words_and_compounds(text, tokeniser))
    return tuple((reading, surface, count) for (reading, surface), count in counts.items())


def _words_and_compounds(text: str, tokeniser: SudachiTokeniser) -> Iterable[tuple[str, str]]:
    words = tokeniser.readings(normalise(text))
    for start, first in enumerate(words):
        reading = surface = ""
        for word in takewhile(partial(_may_follow, first), words[start : start + _COMPOUND]):
            reading += hiragana(word.reading)
            surface += word.surface
            if 0 < len(reading) <= _LONGEST and _JAPANESE.fullmatch(surface):
                yield reading, surface


def _may_follow(first: ReadWord, word: ReadWord) -> bool:
    """Tell whether a word may belong to a piece that begins with another: nouns to a noun, kana to
    anything else, so that endings (行きたく, したい) are not cut by what sounds alike (北区, 死体).
    """
    if word is first or first.may_go_on:
        return word is first or word.may_go_on
    return bool(_KANA_RUN.fullmatch(word.surface)) and not word.may_go_on
