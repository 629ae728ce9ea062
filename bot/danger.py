"""Whether a message tells of danger, beyond the signs that staff write: a small linear model.

It looks at pieces of the message (1 to 4 characters), its words and their pairs, whether a sign of
danger was found, and its meaning (the encoder's own vector). scripts/fit_danger.py fits it.
"""

import json
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats
from faq.sentence import DANGERS
from nlp.kana import folded

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
class Linear:
    """A linear model with one column for each thing it tells: `words` times `steps`, a sign found,
    and the meaning (no rows where it has none).
    """

    words: NDArray[np.int8]
    steps: Floats
    sign: Floats
    intercept: Floats
    vector: NDArray[np.float32]

    def scores(
        self, features: WordFeatures, vector: NDArray[np.float32] | None, *, is_signed: bool
    ) -> Floats:
        """Return the score of each column."""
        found = features.values @ self.words[features.buckets] * self.steps + self.intercept
        found = found + self.sign if is_signed else found
        return np.asarray(found if vector is None else found + vector @ self.vector)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A kind of danger (faq.sentence.DANGERS), and whether it is sure or only possible."""

    kind: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Cuts:
    """The log odds from which danger is possible, and from which it is sure."""

    possible: float
    sure: float


@dataclass(frozen=True)
class DangerModel:
    """Whether there is danger by words alone (`gate`), with the meaning (`danger`), and its kind.

    The gate spares harmless messages the encoder, and decides alone where there is none.
    """

    gate: Linear
    danger: Linear
    kind: Linear
    gate_from: float
    alone_from: Cuts
    danger_from: Cuts


@cache
def shipped_model() -> DangerModel:
    """Return the fitted model."""
    told = json.loads(_data("danger.json").read_text(encoding="utf-8"))
    with as_file(_data("danger.words.npy")) as words, as_file(_data("danger.dense.npy")) as dense:
        table = np.load(words, allow_pickle=False)
        rest = np.load(dense, allow_pickle=False)
    steps = np.array(told.pop("steps"))
    gate, danger, kind = (
        Linear(table[:, at], steps[at], rest[0, at], rest[1, at], rest[2:, at])
        for at in (slice(0, 1), slice(1, 2), slice(2, None))
    )
    alone, full = (Cuts(**told[name]) for name in ("alone_from", "danger_from"))
    return DangerModel(gate, danger, kind, told["gate_from"], alone, full)


def _data(name: str) -> Traversable:
    return files("bot").joinpath("data", name)


@dataclass(frozen=True)
class DangerWatch:
    """Tells the kind of danger a message speaks of; `vector` is None without an encoder."""

    model: DangerModel
    terms: Callable[[str], Sequence[str]]
    vector: Callable[[str], NDArray[np.float32]] | None

    def alarm(self, text: str, *, is_signed: bool) -> Alarm | None:
        """Return the danger that a normalised message speaks of, or None."""
        features = word_features(text, self.terms(text))
        gate = float(self.model.gate.scores(features, None, is_signed=is_signed)[0])
        if self.vector and gate < self.model.gate_from:
            return None
        vector = self.vector(text) if self.vector else None
        odds, cuts = gate, self.model.alone_from
        if vector is not None:
            odds = float(self.model.danger.scores(features, vector, is_signed=is_signed)[0])
            cuts = self.model.danger_from
        if odds < cuts.possible:
            return None
        kinds = self.model.kind.scores(features, vector, is_signed=is_signed)
        return Alarm(DANGERS[int(np.argmax(kinds))], odds >= cuts.sure)
