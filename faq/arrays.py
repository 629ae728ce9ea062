"""Reading the files of an index, mapped where they can be."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def load_terms(path: Path) -> list[str]:
    """Return a list of terms."""
    terms: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return terms


def load_arrays(folder: Path, prefix: str, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Return the named arrays of `<prefix>.<name>.npy`, mapped into memory, not read."""
    return {
        # A plain view of the mapping: each slice of a numpy.memmap costs microseconds more.
        name: np.asarray(
            np.load(folder / f"{prefix}.{name}.npy", mmap_mode="r", allow_pickle=False)
        )
        for name in names
    }
