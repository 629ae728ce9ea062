"""The head: the small network between pooled token vectors and the finished sentence vector."""

import hashlib
from typing import NamedTuple

import numpy as np

from nlp.pooling import Floats, Pooled


class Head(NamedTuple):
    """Weights of the network between pooled token vectors and the finished vector."""

    d0: Floats
    d1: Floats
    d2: Floats
    d3: Floats
    p1: Floats
    p3: Floats

    def tuned(self, d0: Floats, p1: Floats) -> "Head":
        """The same head with the two layers that tuning replaces."""
        if d0.shape != self.d0.shape or p1.shape != self.p1.shape:
            raise ValueError("tuned layers do not fit this head")
        return self._replace(d0=d0.astype(np.float32), p1=p1.astype(np.float32))

    def key(self) -> bytes:
        """A hash of the two layers that tuning replaces."""
        return hashlib.blake2b(self.d0.tobytes() + self.p1.tobytes(), digest_size=16).digest()


def head_input(pooled: Pooled) -> Floats:
    """What the head expects: the mean scaled by the square root of the length."""
    scaled: Floats = pooled.mean * np.sqrt(pooled.length)[:, None]
    return scaled


def apply_head(head: Head, pooled: Pooled) -> Floats:
    """The head's forward pass, ending in vectors of unit length."""
    x = head_input(pooled)
    y0 = np.maximum(x @ head.d0, 0)
    y1 = np.maximum(x @ head.p1 + y0 @ head.d1, 0)
    y2 = np.maximum(y1 @ head.d2, 0)
    z = np.tanh(y1 @ head.p3 + y2 @ head.d3)
    z /= np.maximum(np.sqrt(np.einsum("ij,ij->i", z, z)), 1e-6)[:, None]
    return np.asarray(z, dtype=np.float32)
