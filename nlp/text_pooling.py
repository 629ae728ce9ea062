"""Texts to pooled vectors under one set of piece weights: only what is new is read and encoded."""

import os
from collections.abc import Sequence
from typing import Final

import numpy as np

from nlp.encoder import SentenceEncoder
from nlp.pooled_cache import PooledCache
from nlp.pooling import PieceWeights, Pooled
from nlp.progress import Count, uncounted
from nlp.text_cache import Remembered

_AT_ONCE: Final = 512
"""Texts encoded between two reports: a second or so."""


class TextPooling:
    """Keys of texts, and the pooled vectors of keys; each text is encoded once."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        weights: PieceWeights,
        cache: PooledCache,
        pieces: Remembered[bytes],
    ) -> None:
        self._encoder = encoder
        self._weights = weights
        self._cache = cache
        self._pieces = pieces
        self._by_text: dict[str, bytes] = {}
        self._by_key: dict[bytes, bytes] = {}

    def keys(self, texts: Sequence[str]) -> list[bytes]:
        """Return what each text is known by: the same for texts that the encoder sees alike."""
        return [self._by_text.get(text) or self._key(text) for text in texts]

    def pooled(self, keys: Sequence[bytes], count: Count = uncounted) -> Pooled:
        """Return the vectors of keys made here; those missing from the cache are encoded."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._cache]
        # Texts of like length together: the batches are then full.
        missing.sort(key=lambda key: (len(self._by_key[key]), key))
        threads = min(2, os.cpu_count() or 1)  # more would not leave the service a core
        for start in range(0, len(missing), _AT_ONCE):
            count(start, len(missing))
            some = missing[start : start + _AT_ONCE]
            ids = [np.frombuffer(self._by_key[key], dtype=np.int32) for key in some]
            self._cache.keep(some, self._encoder.pool(ids, self._weights, threads))
        return self._cache.take(keys)

    def _key(self, text: str) -> bytes:
        pieces = pieces_of(text, self._encoder, self._pieces)
        key = self._encoder.key(np.frombuffer(pieces, dtype=np.int32), self._weights)
        self._by_text[text] = key
        self._by_key[key] = pieces
        self._cache.use([key])
        return key


def pieces_of(text: str, encoder: SentenceEncoder, known: Remembered[bytes]) -> bytes:
    """Return a text's piece ids (int32), from those known where they are."""
    return known.of(text, lambda new: np.array(encoder.pieces(new), dtype=np.int32).tobytes())
