"""BM25 over the words of every wording with its answer, served from arrays, term by term."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import load_arrays, load_terms
from faq.problem import IndexDamaged

K1: Final = 2.0
B: Final = 0.75

_NAMES: Final = ("starts", "rows", "strength", "idf", "counts")


@dataclass(frozen=True)
class WordIndex:
    """Postings, term-major: for each term the rows that hold it.

    A row is one wording of an entry with its answer. `starts` (V+1), `rows` (nnz) and `strength`
    (nnz, float32: the saturated term weight of BM25, tf(k1+1)/(tf+k1(1-b+b·length/mean))) are
    aligned; `idf` (V) is ln(1+(n-df+.5)/(df+.5)) over entries; `counts` (V) is how often the term
    stands in questions and answers. (Robertson and Zaragoza 2009)

    `starts` and `idf` are read one by one, which is slow with arrays: they are plain sequences.
    """

    size: int
    vocabulary: Mapping[str, int]
    starts: Sequence[int]
    rows: NDArray[np.int32]
    strength: NDArray[np.float32]
    idf: Sequence[float]
    counts: NDArray[np.int64]
    unknown_idf: float

    @classmethod
    def load(cls, folder: Path, size: int, entries: int) -> "WordIndex":
        """Open the index of `size` rows over `entries` entries; raises IndexDamaged."""
        terms = load_terms(folder / "words.terms.json")
        arrays = load_arrays(folder, "words", _NAMES)
        nnz = len(arrays["rows"])
        if len(arrays["starts"]) != len(terms) + 1 or int(arrays["starts"][-1]) != nnz:
            raise IndexDamaged("the arrays of the words do not fit together")
        if {len(arrays["idf"]), len(arrays["counts"])} != {len(terms)}:
            raise IndexDamaged("the arrays of the words do not fit together")
        if len(arrays["strength"]) != nnz:
            raise IndexDamaged("the arrays of the words do not fit together")
        return cls(
            size=size,
            vocabulary={term: at for at, term in enumerate(terms)},
            starts=arrays["starts"].data,
            rows=arrays["rows"],
            strength=arrays["strength"],
            idf=arrays["idf"].data,
            counts=arrays["counts"],
            unknown_idf=float(np.log(1 + (entries + 0.5) / 0.5)),
        )

    def idf_of(self, term: str) -> float:
        """Return how telling a term is; an unknown one is as telling as the rarest can be."""
        at = self.vocabulary.get(term)
        return self.unknown_idf if at is None else self.idf[at]

    def count_of(self, term: str) -> int:
        """Return how often a term stands in all questions and answers."""
        at = self.vocabulary.get(term)
        return 0 if at is None else int(self.counts[at])

    def holders(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the rows that hold a term, ascending, and its strength there."""
        at = self.vocabulary.get(term)
        if at is None:
            return self.rows[:0], self.strength[:0]
        start, end = self.starts[at], self.starts[at + 1]
        return self.rows[start:end], self.strength[start:end]

    def holders_of_all(
        self, terms: tuple[str, ...], most: float
    ) -> tuple[NDArray[np.int32], NDArray[np.floating[Any]], float]:
        """Return the rows that hold all terms of a form, its strength there, and what that weighs.

        The weakest term counts; none with more than the IDF `most` of the word the form stands for.
        """
        if not all(term in self.vocabulary for term in terms):
            return self.rows[:0], self.strength[:0], 0.0
        rows, strength = self.holders(terms[0])
        weight = min(self.idf_of(terms[0]), most)
        if len(terms) == 1:
            return rows, strength, weight
        value = strength * np.float64(weight)
        for term in terms[1:]:
            others, strength = self.holders(term)
            # Both are ascending, and no term of the vocabulary is without rows.
            at = np.minimum(np.searchsorted(others, rows), len(others) - 1)
            both = others[at] == rows
            rows, at = rows[both], at[both]
            value = np.minimum(value[both], strength[at] * np.float64(min(self.idf_of(term), most)))
        return rows, value, 1.0


def save_words(folder: Path, terms: list[str], arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write the arrays of a WordIndex."""
    (folder / "words.terms.json").write_text(
        json.dumps(terms, ensure_ascii=False), encoding="utf-8"
    )
    for name in _NAMES:
        np.save(folder / f"words.{name}.npy", arrays[name], allow_pickle=False)
