"""The TF-IDF index: served from arrays, term by term, without scikit-learn."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.problem import IndexDamaged

FORMAT: Final = 1
"""Version of the files below; an index of another version is built anew."""

FIELDS: Final = ("question", "answer")
"""The texts of an entry that are searched apart: question with phrasings, and answer."""

MANIFEST: Final = "index.json"

Floats = NDArray[np.float64]
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


@dataclass(frozen=True)
class FaqIndex:
    """All that is needed to search one book: its fields, and the digest of the book."""

    digest: str
    size: int
    fields: Mapping[str, TextField]

    @classmethod
    def load(cls, folder: Path, digest: str) -> "FaqIndex":
        """Open the index of the book `digest`, arrays mapped, not read.

        Raises IndexDamaged when files are missing, cut short, of another format or another book.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            _check_manifest(manifest, digest)
            fields = {name: _load_field(folder, name) for name in FIELDS}
        except IndexDamaged:
            raise
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(f"the index in {folder.name} cannot be read: {error}") from error
        return cls(digest=digest, size=int(manifest["size"]), fields=fields)


def _check_manifest(manifest: Mapping[str, Any], digest: str) -> None:
    if manifest["format"] != FORMAT:
        raise IndexDamaged(f"the index has format {manifest['format']}, not {FORMAT}")
    if manifest["digest"] != digest:
        raise IndexDamaged(f"the index belongs to book {manifest['digest'][:12]}")


def _load_field(folder: Path, name: str) -> TextField:
    terms = json.loads((folder / f"{name}.terms.json").read_text(encoding="utf-8"))
    arrays = {
        part: np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False)
        for part in ("idf", "starts", "entries", "weights")
    }
    nnz = len(arrays["entries"])
    whole = len(arrays["starts"]) == len(terms) + 1 == len(arrays["idf"]) + 1
    if not whole or len(arrays["weights"]) != nnz or int(arrays["starts"][-1]) != nnz:
        raise IndexDamaged(f"the arrays of field {name} do not fit together")
    return TextField({term: column for column, term in enumerate(terms)}, **arrays)
