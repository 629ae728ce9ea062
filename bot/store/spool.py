"""Rows kept in files while the database is away: durable, checked, bounded, stored later."""

import fcntl
import logging
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Final

import uuid_utils

from bot.errors import SpoolFull, StoreUnusable

_LOG = logging.getLogger(__name__)

_HEAD: Final = 8
_AT_ONCE: Final = 500
_MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 64 << 20
_LOOK_BYTES: Final = 1 << 20
_RESERVE_BYTES: Final = 4 << 20
_ASIDE: Final = ".damaged"
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class _Held:
    """How much of a file waits to be stored by this process."""

    rows: int
    bytes: int


class Spool:
    """Files of rows, each written by one process and emptied by whoever finds it finished.

    A row is its length and CRC-32 (4 bytes each) before its bytes. What a process that was killed
    has written half is cut off; what it had finished is not lost. The process holds a lock on the
    file it writes, which ends with it. The bounds are those of one process. A file that holds
    nothing but room on the disk is given up when the disk is full.
    """

    def __init__(
        self, folder: Path, most_rows: int = _MOST_ROWS, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._folder = folder
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._file: int | None = None
        self._path: Path | None = None
        self._held: dict[Path, _Held] = {}
        self._reserve = folder / "reserve"
        for path in self._listed():
            self._find(path)

    @property
    def depth(self) -> int:
        """How many rows wait that this process has written or can take over."""
        with self._lock:
            return sum(held.rows for held in self._held.values())

    def append(self, rows: Sequence[bytes]) -> None:
        """Keep rows, none of them empty, durably; raises SpoolFull, or StoreUnusable of the disk.

        Either all are kept or none.
        """
        packed = b"".join(_packed(row) for row in rows)
        with self._lock:
            self._check_room(len(rows), len(packed))
            for tries_left in reversed(range(_TRIES)):
                try:
                    self._write(packed, len(rows))
                except OSError as error:
                    if not tries_left:
                        raise StoreUnusable("記録を保存できません") from error
                    self._give_up_reserve()
                else:
                    return

    def keep_reserve(self) -> bool:
        """Hold some room on the disk for the time when it is full; False when there is none."""
        try:
            if self._reserve.exists():
                return True
            self._folder.mkdir(parents=True, exist_ok=True)
            # It has its name only when it has its room.
            made = self._folder / f"{uuid_utils.uuid7()}.reserving"
            try:
                with made.open("xb") as file:
                    os.posix_fallocate(file.fileno(), 0, _RESERVE_BYTES)
                made.rename(self._reserve)
            finally:
                made.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def batches(self) -> Iterator[list[bytes]]:
        """Yield what waits, some rows at a time; who fails to store some must not go on.

        A file is removed when its last rows were taken and the next ones are asked for.
        """
        own = self._path
        listed = self._listed()
        self._forget_all_but(listed)
        for path in listed:
            if path != own:
                yield from self._emptied(path)
        if own:
            # The file is finished only when the database takes rows again: a long absence would
            # otherwise leave a file for each try.
            first = self._first_of(own)
            if first:
                yield first
            with self._lock:
                self._finish()
            yield from self._emptied(own, taken=len(first))

    def set_aside(self, rows: Sequence[bytes]) -> None:
        """Keep rows that nobody can use now durably, in a file that is not emptied."""
        file, path = _created(self._folder)
        with os.fdopen(file, "wb") as opened:
            opened.write(b"".join(map(_packed, rows)))
            opened.flush()
            os.fdatasync(file)
            path.rename(path.with_suffix(_ASIDE))
        _sync_folder(self._folder)

    def close(self) -> None:
        """Leave what is kept to whoever comes next."""
        with self._lock:
            self._finish()

    def _check_room(self, rows: int, size: int) -> None:
        held = self._held.values()
        too_many = sum(one.rows for one in held) + rows > self._most_rows
        if too_many or sum(one.bytes for one in held) + size > self._most_bytes:
            raise SpoolFull("データベースの外に置ける記録が、いっぱいになりました")

    def _give_up_reserve(self) -> None:
        # Where it cannot be removed, the second try fails as the first did.
        with suppress(OSError):
            self._reserve.unlink(missing_ok=True)

    def _write(self, packed: bytes, rows: int) -> None:
        if self._file is None or self._path is None:
            self._file, self._path = _created(self._folder)
            self._held[self._path] = _Held(0, 0)
        held = self._held[self._path]
        try:
            written = 0
            while written < len(packed):
                written += os.write(self._file, packed[written:])
            os.fdatasync(self._file)
        except OSError:
            self._cut(self._file, held.bytes)
            raise
        self._held[self._path] = _Held(held.rows + rows, held.bytes + len(packed))

    def _cut(self, file: int, size: int) -> None:
        # What follows must not stand behind half a row: in another file, if this one stays as is.
        try:
            os.ftruncate(file, size)
        except OSError:
            self._finish()

    def _finish(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = self._path = None

    def _first_of(self, path: Path) -> list[bytes]:
        with path.open("rb") as file:
            return list(islice(rows_of(file.read(_LOOK_BYTES)), _AT_ONCE))

    def _emptied(self, path: Path, taken: int = 0) -> Iterator[list[bytes]]:
        file = _locked(path)
        if file is None:
            return
        with os.fdopen(file, "rb") as opened:
            content = opened.read()
            rows = islice(rows_of(content), taken, None)
            while batch := list(islice(rows, _AT_ONCE)):
                yield batch
            self._put_away(path, content)

    def _put_away(self, path: Path, content: bytes) -> None:
        rest = content[sum(_HEAD + len(row) for row in rows_of(content)) :]
        # A power cut may leave zeros where nothing was written yet.
        if rest.strip(b"\0"):
            _LOG.warning("%s ends in %d bytes that are no rows: set aside", path.name, len(rest))
            path.rename(path.with_suffix(_ASIDE))
        else:
            path.unlink(missing_ok=True)
        with self._lock:
            self._held.pop(path, None)

    def _find(self, path: Path) -> None:
        """Count what a process that is gone has left."""
        file = _locked(path)
        if file is None:
            return
        with os.fdopen(file, "rb") as opened:
            content = opened.read()
        self._held[path] = _Held(sum(1 for _ in rows_of(content)), len(content))

    def _forget_all_but(self, listed: Sequence[Path]) -> None:
        """Count no longer what another process has stored."""
        with self._lock:
            for path in set(self._held).difference(listed):
                if path != self._path:
                    del self._held[path]

    def _listed(self) -> list[Path]:
        return sorted(self._folder.glob("*.log"))


def rows_of(content: bytes) -> Iterator[bytes]:
    """Yield the rows of a file up to the first that is not whole."""
    at = 0
    while at + _HEAD <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        checksum = int.from_bytes(content[at + 4 : at + _HEAD], "big")
        row = content[at + _HEAD : at + _HEAD + length]
        # Eight zeros would pass for an empty row.
        if not row or len(row) < length or zlib.crc32(row) != checksum:
            return
        yield row
        at += _HEAD + length


def _packed(row: bytes) -> bytes:
    assert row, "an empty row cannot be told from nothing"
    return len(row).to_bytes(4, "big") + zlib.crc32(row).to_bytes(4, "big") + row


def _created(folder: Path) -> tuple[int, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = folder / f"{uuid_utils.uuid7()}.log"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _sync_folder(folder)
        except OSError:
            os.close(file)
            raise
        # Another process may have locked it first, and removed it, being empty.
        if os.fstat(file).st_nlink:
            return file, path
        os.close(file)


def _locked(path: Path) -> int | None:
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
    if os.fstat(file).st_nlink and path.exists():
        return file
    os.close(file)
    return None


def _sync_folder(folder: Path) -> None:
    for one in (folder, folder.parent):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
