"""Pooled vectors of texts that were encoded before, kept from one publishing to the next."""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from nlp.pooling import Pooled

_KEY_BYTES: Final = 16


class PooledCache:
    """Vectors by the hash of model, text and piece weights; only those used are kept on."""

    def __init__(self) -> None:
        self._at: dict[bytes, int] = {}
        self._used: dict[bytes, None] = {}
        self._stored = 0
        self._held = [Pooled(np.zeros((0, 0), np.float32), np.zeros(0, np.float32))]

    @classmethod
    def load(cls, path: Path) -> "PooledCache":
        """Read a cache; a missing or damaged one is empty, and costs only time."""
        cache = cls()
        try:
            with np.load(path, allow_pickle=False) as arrays:
                keys, held = arrays["keys"], Pooled(arrays["means"], arrays["lengths"])
            whole = keys.shape == (len(held.mean), _KEY_BYTES) and held.mean.ndim == 2
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return cache
        if whole and len(held.mean) == len(held.length):
            cache._at = {key.tobytes(): at for at, key in enumerate(keys)}
            cache._held = [held]
            cache._stored = len(cache._at)
        return cache

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return len(self._at) > self._stored or not self._at.keys() <= self._used.keys()

    def save(self, path: Path) -> None:
        """Write what was used since loading."""
        needed = [key for key in self._used if key in self._at]
        keys = np.frombuffer(b"".join(needed), dtype=np.uint8).reshape(-1, _KEY_BYTES)
        used = self.take(needed)
        writing = path.with_name(f".{path.name}-{os.getpid()}.npz")
        np.savez(writing, keys=keys, means=used.mean, lengths=used.length)
        writing.replace(path)

    def __contains__(self, key: bytes) -> bool:
        """Tell whether a vector is known."""
        return key in self._at

    def keep(self, keys: Sequence[bytes], pooled: Pooled) -> None:
        """Add vectors that are not known yet."""
        first = len(self._at)
        self._at.update((key, first + at) for at, key in enumerate(keys))
        self._held.append(pooled)

    def use(self, keys: Sequence[bytes]) -> None:
        """Note that vectors are still needed."""
        self._used.update(dict.fromkeys(keys))

    def take(self, keys: Sequence[bytes]) -> Pooled:
        """Return known vectors."""
        if len(self._held) > 1:
            held = [one for one in self._held if len(one.length)]
            means, lengths = zip(*((one.mean, one.length) for one in held), strict=True)
            self._held = [Pooled(np.concatenate(means), np.concatenate(lengths))]
        return self._held[0].take(np.array([self._at[key] for key in keys], dtype=np.int64))
