"""What the entries mean, as unit vectors, and how near a question is to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats, load_arrays
from faq.problem import IndexDamaged

CANDIDATES: Final = 100
"""Entries whose wordings and passages are compared; the figures are the same as with all of them.
"""

SKETCHED: Final = 128
"""Numbers in the sketch of a row, of 512: four fifths of what tells rows apart."""

_AT_ONCE: Final = 256
"""Vectors compared in one product: their copies then stay in the processor's cache."""

_NAMES: Final = ("rows", "sketches", "basis", "passages", "passage-starts")
_MADE_FROM: Final = "made-from"
_SCALE: Final = 32_767
"""Vectors are kept as 16-bit integers: half the memory, and a cosine is off by a millionth."""


@dataclass(frozen=True)
class VectorIndex:
    """Unit vectors (512) as int16: one a row (wording), and the passages of each entry.

    `sketches` (rows x 128, float32) are the rows along the few directions in which rows differ
    most, `basis` (128 x 512). `passage_starts` (n+1) says where each entry's passages start; every
    entry has at least one.
    """

    rows: NDArray[np.int16]
    sketches: NDArray[np.float32]
    basis: NDArray[np.float32]
    passages: NDArray[np.int16]
    passage_starts: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path, rows: int, entries: int) -> "VectorIndex | None":
        """Open the vectors; None when the book was published without them. Raises IndexDamaged."""
        if not (folder / "vectors.rows.npy").is_file():
            return None
        arrays = load_arrays(folder, "vectors", _NAMES)
        starts = arrays["passage-starts"]
        whole = len(arrays["rows"]) == len(arrays["sketches"]) == rows
        whole = whole and len(starts) == entries + 1
        whole = whole and arrays["rows"].dtype == arrays["passages"].dtype == np.int16
        if not whole or int(starts[-1]) != len(arrays["passages"]):
            raise IndexDamaged("the vectors do not fit the book")
        return cls(*(arrays[name] for name in _NAMES))

    def sketched_similarities(self, question: NDArray[np.float32]) -> Floats:
        """Return about what the cosine of a question's unit vector with every row is.

        A row is two kilobytes, its sketch a quarter of that: reading them is what takes the time.
        """
        return _as_floats(self.sketches @ (self.basis @ question))

    def row_similarities(
        self, question: NDArray[np.float32], starts: NDArray[np.int64], candidates: NDArray[np.intp]
    ) -> Floats:
        """Return the cosine of each candidate's best row; `starts` (n+1) says where rows start."""
        values, groups, _ = _compared(self.rows, starts, candidates, question)
        best: Floats = np.maximum.reduceat(values, groups)
        return best

    def passage_similarities(
        self, question: NDArray[np.float32], near: Floats, candidates: NDArray[np.intp]
    ) -> Floats:
        """Return, for each entry, the mean cosine with its two best passages.

        Only the candidates' passages are compared; the others are estimated from how `near` their
        entries are, which keeps the spread of the values as it would be.
        """
        best = _best_two(*_compared(self.passages, self.passage_starts, candidates, question))
        passages: Floats = near + (best.mean() - near[candidates].mean())
        passages[candidates] = best
        return passages


def _compared(
    vectors: NDArray[np.int16],
    starts: NDArray[np.int64],
    candidates: NDArray[np.intp],
    question: NDArray[np.float32],
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return the cosines of the candidates' vectors, where each candidate's start, how many."""
    begins = starts[candidates]
    counts = starts[candidates + 1] - begins
    groups = np.zeros(len(candidates), dtype=np.int64)
    np.cumsum(counts[:-1], out=groups[1:])
    at = np.arange(int(counts.sum())) + np.repeat(begins - groups, counts)
    products = [
        vectors[at[start : start + _AT_ONCE]].astype(np.float32) @ question
        for start in range(0, len(at), _AT_ONCE)
    ]
    return _as_floats(np.concatenate(products)) / _SCALE, groups, counts


def _as_floats(similarities: NDArray[Any]) -> Floats:
    floats: Floats = similarities.astype(np.float64)
    return floats


def _best_two(values: Floats, starts: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Return the mean of the two highest values of each group (the highest alone in one of one)."""
    first = np.maximum.reduceat(values, starts)
    rest = np.where(values == np.repeat(first, counts), -2.0, values)
    second = np.maximum.reduceat(rest, starts)
    mean: Floats = np.where(second < -1.5, first, (first + second) / 2)
    return mean


def save_vectors(
    folder: Path,
    rows: NDArray[np.float32],
    passages: NDArray[np.float32],
    passage_starts: NDArray[np.int64],
    made_from: Sequence[bytes],
) -> None:
    """Write the arrays of a VectorIndex, and a hash of what each row and passage was made from."""
    short, spoken = (_shortened(vectors) for vectors in (rows, passages))
    # Of the rows as they are kept: the same whether they were made now or kept from before.
    kept = _lengthened(short)
    basis = _widest(kept)
    arrays: tuple[NDArray[Any], ...] = (short, kept @ basis.T, basis, spoken, passage_starts)
    for name, array in zip(_NAMES, arrays, strict=True):
        np.save(folder / f"vectors.{name}.npy", array, allow_pickle=False)
    hashes = np.frombuffer(b"".join(made_from), dtype=np.uint8).reshape(len(made_from), -1)
    np.save(folder / f"vectors.{_MADE_FROM}.npy", hashes, allow_pickle=False)


def _shortened(vectors: NDArray[np.float32]) -> NDArray[np.int16]:
    short: NDArray[np.int16] = np.rint(vectors * np.float32(_SCALE)).astype(np.int16)
    return short


def _lengthened(vectors: NDArray[np.int16]) -> NDArray[np.float32]:
    long: NDArray[np.float32] = np.divide(vectors, np.float32(_SCALE), dtype=np.float32)
    return long


def _widest(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the directions (128 x 512) along which rows are longest: principal components."""
    _, directions = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    return np.ascontiguousarray(directions[:, : -SKETCHED - 1 : -1].T, dtype=np.float32)


def finished_vectors(folder: Path, index: VectorIndex) -> tuple[dict[bytes, int], NDArray[Any]]:
    """Return all vectors of an opened index, and where each stands by what it was made from."""
    hashes = np.load(folder / f"vectors.{_MADE_FROM}.npy", allow_pickle=False)
    vectors = _lengthened(np.concatenate([index.rows, index.passages]))
    if len(hashes) != len(vectors):
        raise IndexDamaged("the vectors do not fit what they were made from")
    return {one.tobytes(): at for at, one in enumerate(hashes)}, vectors
