"""Building the word arrays of a book: the same, byte for byte, as scikit-learn fits them.

Fitting in the serving process would stall its event loop for more than 100 ms, so this runs in a
process of its own (`bot.building_process`). scikit-learn itself would cost that process more than
a second and 120 MB, only to be loaded: it is the oracle of the tests.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FIELDS, FORMAT, MANIFEST
from faq.word_index import K1, B, save_words

Terms = Callable[[str], tuple[str, ...]]
_Numbers = NDArray[np.int64]


def field_text(entry: FaqEntry, field: str) -> str:
    """Return the text of an entry that a field is built from."""
    if field == "question":
        return "\n".join((entry.question, *entry.phrasings, *entry.keywords))
    return "\n".join((entry.answer, *entry.by_ward.values()))


def build_words(book: FaqBook, folder: Path, terms: Terms) -> None:
    """Write all word arrays of a book, and its manifest, into an existing folder."""
    split = _Split(terms)
    _build_bm25(book, folder, split)
    for field in FIELDS:
        texts = [field_text(entry, field) for entry in book.entries]
        _build_field([split.of(text) for text in texts], folder, field)
    manifest = {"format": FORMAT, "digest": book.index_digest, "size": len(book.entries)}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


class _Split:
    """Splits each text once: an answer stands beside every wording of its question."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, text: str) -> tuple[str, ...]:
        if text not in self._known:
            self._known[text] = self._terms(text)
        return self._known[text]


class _Numbering:
    """Gives each word a number when it first comes up."""

    def __init__(self) -> None:
        self.known: defaultdict[str, int] = defaultdict()
        self.known.default_factory = self.known.__len__

    def of(self, words: Sequence[str]) -> _Numbers:
        return np.fromiter(map(self.known.__getitem__, words), np.int64, len(words))


@dataclass(frozen=True)
class _Counts:
    """How often each word stands in each of `size` rows: by word, and within one by row.

    Word after word of `names`, which are sorted, its postings reach from one of the `starts` to
    the next; of each posting `words` is the word's place, `rows` its row, `times` how often. `came`
    says in which order the words came up.
    """

    size: int
    names: list[str]
    came: _Numbers
    starts: _Numbers
    words: _Numbers
    rows: _Numbers
    times: _Numbers

    @classmethod
    def of(cls, numbered: Sequence[_Numbers], numbering: _Numbering) -> "_Counts":
        """Count the words of each row."""
        size = len(numbered)
        names = sorted(numbering.known) or [""]  # a city may start with nothing
        came = np.array([numbering.known.get(name, 0) for name in names], dtype=np.int64)
        place = np.argsort(came)
        all_rows = np.repeat(np.arange(size), [len(one) for one in numbered])
        flat = np.concatenate([*numbered, np.zeros(0, np.int64)])
        postings, times = np.unique(place[flat] * max(size, 1) + all_rows, return_counts=True)
        words, rows = np.divmod(postings, max(size, 1))
        starts = np.searchsorted(words, np.arange(len(names) + 1))
        return cls(size, names, came, starts, words, rows, times)

    def lengths(self) -> _Numbers:
        """Return how many words each row has."""
        return np.bincount(self.rows, self.times, self.size).astype(np.int64)

    def within(self, rows: _Numbers) -> _Numbers:
        """Return how often each word stands in some of the rows."""
        wanted = np.zeros(self.size, dtype=bool)
        wanted[rows] = True
        kept = wanted[self.rows]
        counted = np.bincount(self.words[kept], self.times[kept], len(self.names))
        return counted.astype(np.int64)


def _build_bm25(book: FaqBook, folder: Path, split: _Split) -> None:
    wordings = [entry.wordings() for entry in book.entries]
    row_starts = np.concatenate([[0], np.cumsum([len(one) for one in wordings])]).astype(np.int64)
    counts = _counted_together([pair for one in wordings for pair in one], split)
    lengths = counts.lengths()
    tf = counts.times.astype(np.float64)
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(lengths) else 0.0, 1.0))
    owner = np.repeat(np.arange(len(wordings)), np.diff(row_starts))
    held = _distinct(owner[counts.rows], counts.starts).astype(np.float64)
    arrays: dict[str, NDArray[np.generic]] = {
        "starts": counts.starts,
        "rows": counts.rows.astype(np.int32),
        "strength": (tf * (K1 + 1) / (tf + norm[counts.rows])).astype(np.float32),
        "idf": np.log(1 + (len(wordings) - held + 0.5) / (held + 0.5)),
        "counts": counts.within(row_starts[:-1]),
    }
    save_words(folder, counts.names, arrays)
    np.save(folder / "row-starts.npy", row_starts, allow_pickle=False)


def _distinct(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many different values each span holds, of values that ascend within it."""
    is_new = np.ones(len(values), dtype=np.int64)
    is_new[1:] = values[1:] != values[:-1]
    is_new[starts[:-1][starts[:-1] < len(values)]] = 1
    so_far = np.concatenate([[0], np.cumsum(is_new)])
    return np.asarray(np.diff(so_far[starts]), dtype=np.int64)


def _counted_together(pairs: Sequence[tuple[str, str]], split: _Split) -> _Counts:
    """Count the words of both texts of each pair; each text is split once, however often used."""
    numbering = _Numbering()
    texts = dict.fromkeys(itertools.chain(*pairs))
    numbered = {text: numbering.of(split.of(text)) for text in texts}
    together = [np.concatenate([numbered[one], numbered[other]]) for one, other in pairs]
    return _Counts.of(together, numbering)


def _build_field(split: Sequence[tuple[str, ...]], folder: Path, field: str) -> None:
    if not any(split):  # an index needs a word; a city may start with nothing
        split = [("",), *split[1:]]
    numbering = _Numbering()
    counts = _Counts.of([numbering.of(words) for words in split], numbering)
    idf = np.log((1.0 + counts.size) / (1.0 + np.diff(counts.starts))) + 1.0
    (folder / f"{field}.terms.json").write_text(
        json.dumps(counts.names, ensure_ascii=False), encoding="utf-8"
    )
    arrays: dict[str, NDArray[np.generic]] = {
        "idf": idf,
        "starts": counts.starts,
        "entries": counts.rows.astype(np.int32),
        "weights": _of_unit_length(counts, counts.times * idf[counts.words]).astype(np.float32),
    }
    for part, array in arrays.items():
        np.save(folder / f"{field}.{part}.npy", array, allow_pickle=False)


def _of_unit_length(counts: _Counts, weights: Floats) -> Floats:
    """Return the weights of all postings, those of each row scaled to unit length."""
    # Added up in the order in which the words came up, as scikit-learn does: to the last bit.
    order = np.lexsort((counts.came[counts.words], counts.rows))
    squares = (weights * weights)[order]
    lengths = np.sqrt(np.bincount(counts.rows[order], squares, counts.size))
    return np.asarray(weights / lengths[counts.rows])
