"""Rows kept in files while the database is away: durable, checked, bounded, stored later."""

import fcntl
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

import uuid_utils

from bot.errors import StoreUnusable

_HEAD: Final = 8
_AT_ONCE: Final = 500
_MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 64 << 20


class Spool:
    """Files of rows, each written by one process and emptied by whoever finds it finished.

    A row is its length and CRC-32 (4 bytes each) before its bytes. What a process that was killed
    has written half is cut off; what it had finished is not lost. The process holds a lock on the
    file it writes, which ends with it.
    """

    def __init__(
        self, folder: Path, most_rows: int = _MOST_ROWS, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._folder = folder
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._file: int | None = None
        self._bytes = 0
        self.depth = sum(len(list(rows_of(path.read_bytes()))) for path in self._listed())

    def append(self, rows: Sequence[bytes]) -> None:
        """Keep rows durably; raises StoreUnusable when there is no room, or no disk."""
        packed = b"".join(_packed(row) for row in rows)
        with self._lock:
            if self.depth + len(rows) > self._most_rows:
                raise StoreUnusable("データベースの外に置ける記録が、いっぱいになりました")
            try:
                if self._bytes + len(packed) > self._most_bytes:
                    self._finish()
                self._write(packed)
            except OSError as error:
                raise StoreUnusable("記録を保存できません") from error
            self.depth += len(rows)

    def batches(self) -> Iterator[list[bytes]]:
        """Yield the rows of finished files, some at a time.

        A file is removed when its last rows were taken and the next ones are asked for: who fails
        to store some must not go on.
        """
        with self._lock:
            self._finish()
        for path in self._listed():
            file = _taken(path)
            if file is None:
                continue
            try:
                rows = list(rows_of(path.read_bytes()))
                for first in range(0, len(rows), _AT_ONCE):
                    yield rows[first : first + _AT_ONCE]
                path.unlink(missing_ok=True)
                with self._lock:
                    self.depth = max(0, self.depth - len(rows))
            finally:
                os.close(file)

    def close(self) -> None:
        """Leave what is kept to whoever comes next."""
        with self._lock:
            self._finish()

    def _write(self, packed: bytes) -> None:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{uuid_utils.uuid7()}.log"
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            _sync_folder(self._folder)
        start = self._bytes
        try:
            written = 0
            while written < len(packed):
                written += os.write(self._file, packed[written:])
            os.fdatasync(self._file)
        except OSError:
            # What follows must not stand behind half a row.
            os.ftruncate(self._file, start)
            raise
        self._bytes += len(packed)

    def _finish(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file, self._bytes = None, 0

    def _listed(self) -> list[Path]:
        return sorted(self._folder.glob("*.log"))


def rows_of(content: bytes) -> Iterator[bytes]:
    """Yield the rows of a file up to the first that is not whole."""
    at = 0
    while at + _HEAD <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        checksum = int.from_bytes(content[at + 4 : at + _HEAD], "big")
        row = content[at + _HEAD : at + _HEAD + length]
        if len(row) < length or zlib.crc32(row) != checksum:
            return
        yield row
        at += _HEAD + length


def _packed(row: bytes) -> bytes:
    return len(row).to_bytes(4, "big") + zlib.crc32(row).to_bytes(4, "big") + row


def _taken(path: Path) -> int | None:
    """Open and lock a file; None when its process still writes it, or another empties it."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _sync_folder(folder: Path) -> None:
    for one in (folder, folder.parent):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
