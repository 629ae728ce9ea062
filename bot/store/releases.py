"""Rows of releases and of the snapshots they show."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from bot.errors import NoRelease, UnknownRelease
from bot.release import Release
from bot.store.schema import RELEASES, SNAPSHOTS
from faq.book import FaqBook


class SqlReleases:
    """Releases in the database; one snapshot per digest, however often it is published."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> Release:
        """Return the latest release; raises NoRelease."""
        latest = next(iter(self.listed(limit=1)), None)
        if latest is None:
            raise NoRelease("nothing was published yet")
        return latest

    def current_number(self) -> int:
        """Return the number of the latest release, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(RELEASES.c.number))).scalar() or 0

    def listed(self, limit: int | None = None) -> Sequence[Release]:
        """Return releases, latest first."""
        query = select(RELEASES).order_by(RELEASES.c.number.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [_release(row) for row in connection.execute(query)]

    def get(self, number: int) -> Release:
        """Return a release; raises UnknownRelease."""
        with self._engine.connect() as connection:
            return _get(connection, number)

    def digests(self) -> set[str]:
        """Return the digests of all books that are kept, of releases and of drafts."""
        with self._engine.connect() as connection:
            return set(connection.execute(select(SNAPSHOTS.c.digest)).scalars())

    def snapshot(self, digest: str) -> bytes:
        """Return the book of a digest as JSON."""
        return zlib.decompress(self._blob(digest, "book"))

    def index_archive(self, digest: str) -> bytes:
        """Return the packed index of a digest."""
        return self._blob(digest, "index_archive")

    def add(
        self, book: FaqBook, index_archive: bytes, at: datetime, reason: str, by: str
    ) -> Release:
        """Publish a book with its index."""
        with self._engine.begin() as connection:
            keep_snapshot(connection, book, index_archive)
            return add_release(connection, book.digest, at, reason, by)

    def repeat(self, number: int, at: datetime, reason: str, by: str) -> Release:
        """Publish the book of an earlier release again; raises UnknownRelease."""
        with self._engine.begin() as connection:
            return add_release(connection, _get(connection, number).digest, at, reason, by)

    def _blob(self, digest: str, column: str) -> bytes:
        query = select(SNAPSHOTS.c[column]).where(SNAPSHOTS.c.digest == digest)
        with self._engine.connect() as connection:
            return bytes(connection.execute(query).scalar_one())


def keep_snapshot(connection: Connection, book: FaqBook, index_archive: bytes) -> None:
    """Keep a book with its index, once however often it is published."""
    known = select(SNAPSHOTS.c.digest).where(SNAPSHOTS.c.digest == book.digest)
    if connection.execute(known).first() is None:
        values = {
            "digest": book.digest,
            "book": zlib.compress(book.to_json(), zlib.Z_BEST_SPEED),
            "index_archive": index_archive,
        }
        connection.execute(insert(SNAPSHOTS), values)


def add_release(connection: Connection, digest: str, at: datetime, reason: str, by: str) -> Release:
    """Publish a snapshot that is kept."""
    values = {"digest": digest, "published_at": at, "reason": reason, "published_by": by}
    done = connection.execute(insert(RELEASES).values(values))
    key = done.inserted_primary_key
    assert key is not None
    return Release(key[0], digest, at, reason, by)


def _get(connection: Connection, number: int) -> Release:
    row = connection.execute(select(RELEASES).where(RELEASES.c.number == number)).first()
    if row is None:
        raise UnknownRelease(f"公開版 {number} はありません")
    return _release(row)


def _release(row: Row[Any]) -> Release:
    return Release(row.number, row.digest, row.published_at, row.reason, row.published_by)
