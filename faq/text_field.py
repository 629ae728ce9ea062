"""TF-IDF of one text field, as scikit-learn computes it, served from arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats, load_arrays, load_terms
from faq.problem import IndexDamaged

_NOWHERE: Final = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class FieldQuery:
    """A question as one field sees it: unit-length weights of the terms the field knows."""

    weights: Mapping[str, float]


@dataclass(frozen=True)
class TextField:
    """Postings of one field, term-major: for each term, the entries that hold it.

    `starts` (V+1), `entries` (nnz, positions in the book) and `weights` (nnz, TF-IDF of unit
    length per entry, float32) are aligned; `idf` (V) is scikit-learn's smoothed
    ln((1+n)/(1+df))+1.
    """

    vocabulary: Mapping[str, int]
    idf: Floats
    starts: NDArray[np.int64]
    entries: NDArray[np.int32]
    weights: NDArray[np.float32]

    def query(self, terms: Mapping[str, float]) -> FieldQuery:
        """Return the terms weighted by IDF and scaled to unit length, unknown ones left out."""
        raw = {
            term: weight * float(self.idf[self.vocabulary[term]])
            for term, weight in terms.items()
            if term in self.vocabulary
        }
        length = sum(value * value for value in raw.values()) ** 0.5
        return FieldQuery({term: value / length for term, value in raw.items()})

    def scores(self, query: FieldQuery, size: int) -> Floats:
        """Return the cosine of the query with each of `size` entries."""
        scores = np.zeros(size)
        for term, weight in query.weights.items():
            found, weights = self._postings(term)
            scores[found] += weight * weights.astype(np.float64)
        return scores

    def contributions(self, query: FieldQuery, position: int) -> Iterator[tuple[str, float]]:
        """Yield what each term adds to one entry's cosine; the sum is the cosine."""
        for term, weight in query.weights.items():
            found, weights = self._postings(term)
            at = int(np.searchsorted(found, position))
            if at < len(found) and found[at] == position:
                yield term, weight * float(weights[at])

    def holders(self, term: str) -> NDArray[np.int32]:
        """Return the positions of the entries whose field contains the term."""
        return self._postings(term)[0] if term in self.vocabulary else _NOWHERE

    def _postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        column = self.vocabulary[term]
        start, end = int(self.starts[column]), int(self.starts[column + 1])
        return self.entries[start:end], self.weights[start:end]


def load_field(folder: Path, name: str) -> TextField:
    """Open one field of an index; raises IndexDamaged."""
    terms = load_terms(folder / f"{name}.terms.json")
    arrays = load_arrays(folder, name, ("idf", "starts", "entries", "weights"))
    nnz = len(arrays["entries"])
    whole = len(arrays["starts"]) == len(terms) + 1 == len(arrays["idf"]) + 1
    if not whole or len(arrays["weights"]) != nnz or int(arrays["starts"][-1]) != nnz:
        raise IndexDamaged(f"the arrays of field {name} do not fit together")
    return TextField({term: column for column, term in enumerate(terms)}, **arrays)
