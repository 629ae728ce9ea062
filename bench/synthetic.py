"""Corpora of any size that behave like texts: Zipf-like words, lognormal lengths; seedable."""

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from faq.book import FaqBook
from faq.entry import FaqEntry
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

VOCABULARY: Final = 60_000
_ALPHABET: Final = 250
_MEAN_LENGTH: Final = 30
_QUESTION_WORDS: Final = 8
_VARIED: Final = 0.35
"""Share of nouns that a copy of an entry replaces."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Entries as words, and questions drawn from single entries."""

    entries: Sequence[Sequence[str]]
    questions: Sequence[Sequence[str]]

    def book(self) -> FaqBook:
        """Return the same as a book; words stand apart by spaces."""
        return FaqBook.of(
            FaqEntry(
                id=f"e{at:06d}",
                question=" ".join(words[:_QUESTION_WORDS]),
                answer=" ".join(words[_QUESTION_WORDS:]),
            )
            for at, words in enumerate(self.entries)
        )


def synthetic(size: int, questions: int, seed: int) -> Synthetic:
    """Make `size` entries of about 30 words, the word of rank r as frequent as 1/(r+6)."""
    draw = np.random.default_rng(seed)
    chance = np.cumsum(1.0 / (np.arange(VOCABULARY) + 7.0))
    sigma = 0.5
    lengths = draw.lognormal(np.log(_MEAN_LENGTH) - sigma * sigma / 2, sigma, size)
    lengths = np.clip(lengths.astype(np.int64), 10, 200)
    ranks = np.searchsorted(chance, draw.random(int(lengths.sum())) * chance[-1])
    names = [_word(rank) for rank in range(VOCABULARY)]
    ends = np.cumsum(lengths)
    entries = [
        [names[rank] for rank in ranks[end - length : end]]
        for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)
    ]
    asked = []
    for at in draw.integers(0, size, questions).tolist():
        many = min(int(draw.integers(4, 10)), len(entries[at]))
        asked.append([entries[at][word] for word in draw.permutation(len(entries[at]))[:many]])
    return Synthetic(entries, asked)


def _word(rank: int) -> str:
    # Two ideographs: engines that look at characters then have something to look at.
    first, second = divmod(rank, _ALPHABET)
    return chr(0x4E00 + first) + chr(0x4E00 + second)


def enlarged(book: FaqBook, size: int, seed: int) -> list[FaqEntry]:
    """Return copies of a book's entries, in which nouns are replaced, to bring it to `size`."""
    tokeniser = SudachiTokeniser()
    read = {text: _surfaces(tokeniser, text) for entry in book.entries for text in _texts(entry)}
    nouns = sorted({word for words in read.values() for word, is_noun in words if is_noun})
    taken = {_key(text) for entry in book.entries for text in (entry.question, *entry.phrasings)}
    copies: list[FaqEntry] = []
    for at in range(size - len(book.entries)):
        entry = book.entries[at % len(book.entries)]
        drawn = random.Random(f"{seed}-{at}")
        swap: dict[str, str] = {}

        def varied(text: str, drawn: random.Random = drawn, swap: dict[str, str] = swap) -> str:
            return "".join(
                swap.setdefault(word, _other(drawn, nouns, word)) if is_noun else word
                for word, is_noun in read[text]
            )

        copies.append(
            dataclasses.replace(
                entry,
                id=f"copy-{at:05d}",
                question=_new(varied(entry.question), taken, drawn, nouns),
                answer=varied(entry.answer),
                phrasings=tuple(_new(varied(one), taken, drawn, nouns) for one in entry.phrasings),
                links=(),
                by_ward={},
                easy=None,
                translations={},
            )
        )
    return copies


def _new(text: str, taken: set[str], drawn: random.Random, nouns: Sequence[str]) -> str:
    """Put nouns before a question until nobody asks the same: `check` refuses it twice."""
    while _key(text) in taken:
        text = f"{drawn.choice(nouns)}の{text}"
    taken.add(_key(text))
    return text


def _key(text: str) -> str:
    return "".join(normalise(text).casefold().split())


def _texts(entry: FaqEntry) -> tuple[str, ...]:
    return (entry.question, entry.answer, *entry.phrasings)


def _other(drawn: random.Random, nouns: Sequence[str], word: str) -> str:
    return drawn.choice(nouns) if drawn.random() < _VARIED else word


def _surfaces(tokeniser: SudachiTokeniser, text: str) -> list[tuple[str, bool]]:
    return [
        (one.surface, one.may_go_on and len(one.surface) > 1 and not one.surface.isascii())
        for one in tokeniser.readings(text)
    ]
