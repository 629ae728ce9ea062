"""Whether a message tells of danger, beyond the signs that staff write: a small linear model.

It looks at pieces of the message (1 to 4 characters), its words and their pairs, whether a sign of
danger was found, and its meaning (the encoder's own vector). scripts/fit_danger.py fits it.
"""

import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats
from faq.sentence import DANGERS
from nlp.kana import folded

KINDS: Final = ("none", *DANGERS)
"""What a message may tell of; a sentence of replies.yaml names its kind in `danger`."""

PIECE_BUCKETS: Final = 1 << 16
WORD_BUCKETS: Final = 1 << 15
BUCKETS: Final = PIECE_BUCKETS + WORD_BUCKETS
_LONGEST_PIECE: Final = 4
_LOOKED_AT: Final = 300
"""How much of a message is looked at, in characters; danger is told early."""


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """A message as hashed pieces and words: buckets with values, each kind of unit length."""

    buckets: NDArray[np.intp]
    values: Floats


def word_features(text: str, terms: Sequence[str]) -> WordFeatures:
    """Return the features that need no encoder (hashing trick, Weinberger et al. 2009)."""
    pieces = _counted(_pieces(folded(text)[:_LOOKED_AT]), PIECE_BUCKETS, 0)
    pairs = (f"{one} {two}" for one, two in zip(terms, terms[1:], strict=False))
    words = _counted(iter([*terms, *pairs]), WORD_BUCKETS, PIECE_BUCKETS)
    return WordFeatures(
        np.concatenate([pieces[0], words[0]]), np.concatenate([pieces[1], words[1]])
    )


def _pieces(plain: str) -> Iterator[str]:
    for length in range(1, _LONGEST_PIECE + 1):
        for start in range(len(plain) - length + 1):
            yield plain[start : start + length]


def _counted(units: Iterator[str], buckets: int, first: int) -> tuple[NDArray[np.intp], Floats]:
    counts: dict[int, int] = {}
    for unit in units:
        bucket = first + zlib.crc32(unit.encode()) % buckets
        counts[bucket] = counts.get(bucket, 0) + 1
    length = math.sqrt(sum(count * count for count in counts.values())) or 1.0
    values = np.fromiter(counts.values(), dtype=np.float64, count=len(counts)) / length
    return np.fromiter(counts, dtype=np.intp, count=len(counts)), values


@dataclass(frozen=True)
class DangerModel:
    """Linear scores of each kind; `words` are whole numbers times `steps`, one column a kind.

    `gate` is the same without the vector, for messages that are plainly harmless and where there is
    no encoder.
    """

    words: NDArray[np.int8]
    steps: Floats
    sign: Floats
    vector: Floats
    intercept: Floats
    gate: NDArray[np.int8]
    gate_step: float
    gate_sign: float
    gate_intercept: float
    gate_from: float
    alone_from: float
    danger_from: float

    def gate_score(self, features: WordFeatures, *, is_signed: bool) -> float:
        """Return the log odds of danger as far as words tell."""
        found = float(self.gate[features.buckets] @ features.values) * self.gate_step
        return self.gate_intercept + found + (self.gate_sign if is_signed else 0.0)

    def scores(
        self, features: WordFeatures, vector: NDArray[np.float32], *, is_signed: bool
    ) -> Mapping[str, float]:
        """Return the share of each kind (they sum to 1)."""
        found = features.values @ self.words[features.buckets] * self.steps
        raw = self.intercept + found + vector @ self.vector + (self.sign if is_signed else 0.0)
        shares = np.exp(raw - raw.max())
        shares /= shares.sum()
        return dict(zip(KINDS, map(float, shares), strict=True))


def log_odds(shares: Mapping[str, float]) -> float:
    """Return the log odds of any danger."""
    none = min(max(shares["none"], 1e-9), 1.0 - 1e-9)
    return math.log((1.0 - none) / none)


@cache
def shipped_model() -> DangerModel:
    """Return the fitted model."""
    data = files("bot").joinpath("data")
    told = json.loads(data.joinpath("danger.json").read_text(encoding="utf-8"))
    with as_file(data.joinpath("danger.words.npy")) as path:
        table = np.load(path, allow_pickle=False)
    with as_file(data.joinpath("danger.dense.npy")) as path:
        dense = np.load(path, allow_pickle=False)
    return DangerModel(
        words=table[:, :-1],
        gate=table[:, -1],
        steps=np.array(told.pop("steps"), dtype=np.float32),
        sign=dense[0],
        intercept=dense[1],
        vector=dense[2:],
        **told,
    )


@dataclass(frozen=True)
class DangerWatch:
    """Tells the kind of danger a message speaks of; `vector` is None without an encoder."""

    model: DangerModel
    terms: Callable[[str], Sequence[str]]
    vector: Callable[[str], NDArray[np.float32]] | None

    def kind_of(self, text: str, *, is_signed: bool) -> str:
        """Return the kind of danger in a normalised message, or "none"."""
        features = word_features(text, self.terms(text))
        gate = self.model.gate_score(features, is_signed=is_signed)
        if gate < self.model.gate_from:
            return "none"
        blank = np.zeros(len(self.model.vector), dtype=np.float32)
        vector = self.vector(text) if self.vector else blank
        shares = self.model.scores(features, vector, is_signed=is_signed)
        is_danger = (
            log_odds(shares) > self.model.danger_from
            if self.vector
            else gate > self.model.alone_from
        )
        return max(KINDS[1:], key=lambda kind: shares[kind]) if is_danger else "none"
