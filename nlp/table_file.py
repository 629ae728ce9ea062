"""The encoder's table of pieces in a file: a question needs twenty of its 128,000 rows."""

import hashlib
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.uint8]


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


def table_file(read: Callable[[], Table], width: int, sha256: str, path: Path) -> TableFile:
    """Return a table's rows from a file; unless it is there and whole, it is read and written.

    Raises OSError, and leaves nothing, when there is no room for it.
    """
    if not _is_whole(path, sha256):
        path.parent.mkdir(parents=True, exist_ok=True)
        writing = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
        try:
            read().tofile(writing)
            writing.replace(path)
        finally:
            writing.unlink(missing_ok=True)
    return TableFile(path, width)


def _is_whole(path: Path, sha256: str) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    return False
