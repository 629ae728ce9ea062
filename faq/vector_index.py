"""What the entries mean, as unit vectors, and how near a question is to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats, load_arrays
from faq.problem import IndexDamaged

CANDIDATES: Final = 200
"""Entries whose passages are compared; the figures are the same as with all of them."""

_AT_ONCE: Final = 256
"""Passages compared in one product: their copies then stay in the processor's cache."""

_NAMES: Final = ("rows", "passages", "passage-starts")
_MADE_FROM: Final = "made-from"
_SCALE: Final = 32_767
"""Passages are kept as 16-bit integers: half the memory, and a cosine is off by a millionth."""


@dataclass(frozen=True)
class VectorIndex:
    """Unit vectors (512): one a row (wording, float32), and the passages of each entry (int16).

    `passage_starts` (n+1) says where each entry's passages start; every entry has at least one.
    """

    rows: NDArray[np.float32]
    passages: NDArray[np.int16]
    passage_starts: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path, rows: int, entries: int) -> "VectorIndex | None":
        """Open the vectors; None when the book was published without them. Raises IndexDamaged."""
        if not (folder / "vectors.rows.npy").is_file():
            return None
        arrays = load_arrays(folder, "vectors", _NAMES)
        starts = arrays["passage-starts"]
        whole = len(arrays["rows"]) == rows and len(starts) == entries + 1
        whole = whole and arrays["passages"].dtype == np.int16
        if not whole or int(starts[-1]) != len(arrays["passages"]):
            raise IndexDamaged("the vectors do not fit the book")
        return cls(arrays["rows"], arrays["passages"], starts)

    def row_similarities(self, question: NDArray[np.float32]) -> Floats:
        """Return the cosine of a question's unit vector with every row."""
        return _as_floats(self.rows @ question)

    def passage_similarities(
        self, question: NDArray[np.float32], near: Floats, candidates: NDArray[np.intp]
    ) -> Floats:
        """Return, for each entry, the mean cosine with its two best passages.

        Only the candidates' passages are compared; the others are estimated from how `near` their
        entries are, which keeps the spread of the values as it would be.
        """
        begins = self.passage_starts[candidates]
        counts = self.passage_starts[candidates + 1] - begins
        groups = np.zeros(len(candidates), dtype=np.int64)
        np.cumsum(counts[:-1], out=groups[1:])
        at = np.arange(int(counts.sum())) + np.repeat(begins - groups, counts)
        products = [
            self.passages[at[start : start + _AT_ONCE]].astype(np.float32) @ question
            for start in range(0, len(at), _AT_ONCE)
        ]
        best = _best_two(_as_floats(np.concatenate(products)) / _SCALE, groups, counts)
        passages: Floats = near + (best.mean() - near[candidates].mean())
        passages[candidates] = best
        return passages


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
    short = np.rint(passages * np.float32(_SCALE)).astype(np.int16)
    arrays: tuple[NDArray[Any], ...] = (rows, short, passage_starts)
    for name, array in zip(_NAMES, arrays, strict=True):
        np.save(folder / f"vectors.{name}.npy", array, allow_pickle=False)
    hashes = np.frombuffer(b"".join(made_from), dtype=np.uint8).reshape(len(made_from), -1)
    np.save(folder / f"vectors.{_MADE_FROM}.npy", hashes, allow_pickle=False)


def finished_vectors(folder: Path, index: VectorIndex) -> tuple[dict[bytes, int], NDArray[Any]]:
    """Return all vectors of an opened index, and where each stands by what it was made from."""
    hashes = np.load(folder / f"vectors.{_MADE_FROM}.npy", allow_pickle=False)
    vectors = np.concatenate([index.rows, index.passages / np.float32(_SCALE)], dtype=np.float32)
    if len(hashes) != len(vectors):
        raise IndexDamaged("the vectors do not fit what they were made from")
    return {one.tobytes(): at for at, one in enumerate(hashes)}, vectors
