"""Texts as weighted means of token vectors: what the encoder sees before its head.

The original encoder adds all tokens alike. Here every piece carries a weight, low for pieces that
most questions of the FAQ contain (「ですか」, 「教えて」): two questions are not alike merely for
asking. Two texts are mixed here, before the head: question and answer become one text, not the
average of two finished vectors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pieces = Sequence[int] | NDArray[np.int32]
"""A text as the encoder sees it: the ids of its pieces."""

_WEIGHT_GRID: Final = 16


@dataclass(frozen=True, slots=True)
class Pooled:
    """Texts in token space: weighted mean of the token vectors and the effective length."""

    mean: Floats  # (n, 512)
    length: Floats  # (n,)

    def take(self, rows: Any) -> "Pooled":
        """The rows picked by any numpy index."""
        return Pooled(self.mean[rows], self.length[rows])


@dataclass(frozen=True, slots=True)
class PieceWeights:
    """Weight of every piece: `floor + (1 - floor) * half / (half + f)`.

    `f` is the share of the FAQ's questions that contain the piece; an unknown piece weighs
    nearly 1. Weights are rounded to 1/16: an edit then moves few of them, and vectors cached
    under the old weights stay valid for all texts whose own pieces did not move.
    """

    table: Floats  # (vocabulary,)

    @classmethod
    def uniform(cls, vocabulary: int) -> Self:
        """Return the same weight for every piece."""
        return cls(np.ones(vocabulary, dtype=np.float32))

    @classmethod
    def from_questions(
        cls,
        questions: Iterable[Pieces],
        vocabulary: int,
        *,
        floor: float = 0.2,
        half: float = 0.03,
        previous: "PieceWeights | None" = None,
    ) -> Self:
        """Count in how many questions (given as piece ids) each piece occurs.

        With `previous` (of the last release) a weight moves only when it is off by more than
        a whole step: a small edit then costs no common piece its weight, and no text its cache.
        """
        seen = np.zeros(vocabulary, dtype=np.int64)
        total = 0
        for pieces in questions:
            seen[np.unique(np.asarray(pieces, dtype=np.int64))] += 1
            total += 1
        share = seen / max(total, 1)
        table = floor + (1.0 - floor) * half / (half + share)
        rounded = (np.round(table * _WEIGHT_GRID) / _WEIGHT_GRID).astype(np.float32)
        if previous is not None and previous.table.shape == rounded.shape:
            near = np.abs(table - previous.table) <= 1.0 / _WEIGHT_GRID
            rounded = np.where(near, previous.table, rounded)
        return cls(rounded)

    def of(self, pieces: Pieces) -> Floats:
        """Return the weights of a text's pieces."""
        picked: Floats = self.table[np.asarray(pieces, dtype=np.int64)]
        return picked


def mix(first: Pooled, second: Pooled, share: float = 0.5) -> Pooled:
    """Two texts as one, in token space: `share` of the second."""
    return Pooled(
        ((1.0 - share) * first.mean + share * second.mean).astype(np.float32),
        ((1.0 - share) * first.length + share * second.length).astype(np.float32),
    )
