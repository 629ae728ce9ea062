"""Questions typed all in kana, written again with the kanji that the FAQ itself uses.

People who type or dictate in hiragana leave no word for a dictionary to hold on to
(「じゅうみんひょうほしい」). The FAQ's own texts tell which words they can mean: every word and
short compound of theirs is known by its reading.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from nlp.normalise import normalise
from nlp.text_cache import Readings, Remembered
from nlp.tokeniser import SudachiTokeniser

_BETWEEN: Final = re.compile(r"[\s\-~・…]+")
_KANJI: Final = re.compile(r"[\u3400-\u9fff々]")
_KANA_RUN: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30faー]+")
_JAPANESE: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fffー々]+")
_SMALL: Final = frozenset("ぁぃぅぇぉゃゅょっーん")
_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_COMPOUND: Final = 4
_SHORTEST: Final = 3
_LONGEST: Final = 16


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
        """Learn the readings of all words and of short compounds of nouns.

        Words that the FAQ writes in kana are learnt too: どう must not become 道.
        """
        known = known or Remembered()
        seen: dict[str, dict[str, int]] = {}
        for text in texts:
            for reading, surface, count in known.of(text, lambda one: _readings(one, tokeniser)):
                found = seen.setdefault(reading, {})
                found[surface] = found.get(surface, 0) + count
        best = {reading: max(found.items(), key=_by_count) for reading, found in seen.items()}
        return cls(best)

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
        """Return the most plausible way to write a run of kana: long and frequent words first."""
        kana = hiragana(run)
        best: list[tuple[float, int, str]] = [(0.0, 0, "")]
        for end in range(1, len(kana) + 1):
            options = [(best[end - 1][0], end - 1, run[end - 1])]
            if end == len(kana) or kana[end] not in _SMALL:  # no word ends within a syllable
                options += self._words_ending(kana, end, best)
            best.append(max(options, key=lambda option: option[0]))
        pieces: list[str] = []
        at = len(kana)
        while at > 0:
            _, start, written = best[at]
            pieces.append(written)
            at = start
        return "".join(reversed(pieces))

    def _words_ending(
        self, kana: str, end: int, best: list[tuple[float, int, str]]
    ) -> Iterable[tuple[float, int, str]]:
        for start in range(max(0, end - _LONGEST), end - _SHORTEST + 1):
            known = self.forms.get(kana[start:end])
            if known and kana[start] not in _SMALL:
                yield best[start][0] + _gain(end - start, known[1]), start, known[0]


def folded(text: str) -> str:
    """Return a text without regard to width, case, kind of kana and what stands between words."""
    return _BETWEEN.sub("", hiragana(normalise(text).casefold()))


def hiragana(text: str) -> str:
    """Return katakana as hiragana."""
    return text.translate(_TO_HIRAGANA)


def _gain(length: int, count: int) -> float:
    # Longer readings are far less ambiguous.
    return (length - 1.5) ** 2 + 0.1 * math.log1p(count)


def _by_count(item: tuple[str, int]) -> tuple[int, int, str]:
    return item[1], -len(item[0]), item[0]


def _readings(text: str, tokeniser: SudachiTokeniser) -> Readings:
    counts = Counter(_words_and_compounds(text, tokeniser))
    return tuple((reading, surface, count) for (reading, surface), count in counts.items())


def _words_and_compounds(text: str, tokeniser: SudachiTokeniser) -> Iterable[tuple[str, str]]:
    words = tokeniser.readings(normalise(text))
    for start, first in enumerate(words):
        reading = surface = ""
        for word in words[start : start + _COMPOUND] if first.may_go_on else [first]:
            if not word.may_go_on and word is not first:
                break
            reading += hiragana(word.reading)
            surface += word.surface
            if _SHORTEST <= len(reading) <= _LONGEST and _JAPANESE.fullmatch(surface):
                yield reading, surface
