"""The encoder's table of pieces in a file: a question needs twenty of its 128,000 rows."""

import os
import uuid
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.uint8]

_PIECE: Final = 2_048
"""Rows compared at a time."""


class TableFile:
    """Rows of a table read from a file, each when it is asked for.

    Mapped into memory the file would soon be there whole: rows that belong together stand apart.
    """

    def __init__(self, path: Path, width: int) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self._width = width

    def __del__(self) -> None:
        os.close(self._file)

    def __getitem__(self, rows: NDArray[np.int64]) -> Table:
        """Return the rows, one for each number given."""
        width = self._width
        read = b"".join(os.pread(self._file, width, row * width) for row in rows.tolist())
        return np.frombuffer(read, dtype=np.uint8).reshape(-1, width)


def table_file(table: Table, path: Path) -> TableFile:
    """Return a table's rows from a file, which is written unless it holds just this table.

    Raises OSError, and leaves nothing, when there is no room for it.
    """
    if not _holds(path, table):
        path.parent.mkdir(parents=True, exist_ok=True)
        writing = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
        try:
            table.tofile(writing)
            writing.replace(path)
        finally:
            writing.unlink(missing_ok=True)
    return TableFile(path, table.shape[1])


def _holds(path: Path, table: Table) -> bool:
    if not path.is_file() or path.stat().st_size != table.size:
        return False
    with path.open("rb") as file:  # piece by piece, so as not to hold it twice
        return all(
            file.read(_PIECE * table.shape[1]) == table[start : start + _PIECE].tobytes()
            for start in range(0, len(table), _PIECE)
        )
