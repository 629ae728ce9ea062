"""Pooled vectors of texts that were encoded before, kept from one publishing to the next."""

import os
import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from nlp.pooling import Floats

_KEY_BYTES: Final = 16


class PooledCache:
    """Vectors by the hash of model, text and piece weights; only those used are kept on."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Floats, float]] = {}
        self._used: dict[bytes, tuple[Floats, float]] = {}

    @classmethod
    def load(cls, path: Path) -> "PooledCache":
        """Read a cache; a missing or damaged one is empty, and costs only time."""
        cache = cls()
        try:
            with np.load(path, allow_pickle=False) as arrays:
                keys, means, lengths = arrays["keys"], arrays["means"], arrays["lengths"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return cache
        for key, mean, length in zip(keys, means, lengths, strict=False):
            cache._known[key.tobytes()] = (mean, float(length))
        return cache

    def save(self, path: Path) -> None:
        """Write what was used since loading."""
        keys = np.frombuffer(b"".join(self._used), dtype=np.uint8).reshape(-1, _KEY_BYTES)
        means = [mean for mean, _ in self._used.values()]
        writing = path.with_name(f".{path.name}-{os.getpid()}.npz")
        np.savez(
            writing,
            keys=keys,
            means=np.stack(means) if means else np.zeros((0, 0), dtype=np.float32),
            lengths=np.array([length for _, length in self._used.values()], dtype=np.float32),
        )
        writing.replace(path)

    def __contains__(self, key: bytes) -> bool:
        """Tell whether a vector is known."""
        return key in self._known

    def keep(self, key: bytes, mean: Floats, length: float) -> None:
        """Add a vector."""
        self._known[key] = (mean, length)

    def use(self, key: bytes) -> tuple[Floats, float]:
        """Return a known vector and its length, and note that it is needed."""
        found = self._used[key] = self._known[key]
        return found
