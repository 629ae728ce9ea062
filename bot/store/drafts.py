"""Rows of drafts that were made ready to publish."""

import zlib
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from bot.drafts import ReadyDraft
from bot.errors import UnknownDraft
from bot.release import Release
from bot.store.releases import add_release, keep_snapshot
from bot.store.schema import DRAFTS, RELEASES, SNAPSHOTS
from faq.book import FaqBook

_WAITING: Final = ("ready", "requested")


class SqlDrafts:
    """Drafts in the database; their books and indexes are snapshots like those of releases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, book: FaqBook, index_archive: bytes, report: bytes, at: datetime, by: str
    ) -> ReadyDraft:
        """Keep a draft; those before it that were not published are dropped."""
        values = {
            "digest": book.digest,
            "prepared_at": at,
            "prepared_by": by,
            "report": zlib.compress(report),
            "state": "ready",
            "reason": "",
        }
        with self._engine.begin() as connection:
            before = update(DRAFTS).where(DRAFTS.c.state.in_(_WAITING)).values(state="dropped")
            connection.execute(before)
            keep_snapshot(connection, book, index_archive)
            done = connection.execute(insert(DRAFTS).values(values))
            _forget_dropped(connection)
        key = done.inserted_primary_key
        assert key is not None
        return ReadyDraft(key[0], book.digest, at, by, report)

    def draft(self, number: int) -> ReadyDraft:
        """Return a draft; raises UnknownDraft."""
        query = select(DRAFTS).where(DRAFTS.c.number == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise UnknownDraft(f"確認した下書き {number} はありません")
        return _draft(row)

    def latest(self) -> ReadyDraft | None:
        """Return the draft that waits to be published, if one does."""
        query = select(DRAFTS).where(DRAFTS.c.state.in_(_WAITING))
        with self._engine.connect() as connection:
            row = connection.execute(query.order_by(DRAFTS.c.number.desc())).first()
        return _draft(row) if row else None

    def request(self, number: int, at: datetime, by: str, reason: str) -> None:
        """Note that a draft waits for somebody else's approval; raises UnknownDraft."""
        values = {"state": "requested", "reason": reason, "requested_by": by, "requested_at": at}
        with self._engine.begin() as connection:
            _change(connection, number, values)

    def drop(self, number: int) -> None:
        """Give a draft up."""
        with self._engine.begin() as connection:
            _change(connection, number, {"state": "dropped"})

    def publish(self, number: int, at: datetime, by: str, reason: str) -> Release:
        """Make a waiting draft the release that citizens see, once; raises UnknownDraft."""
        with self._engine.begin() as connection:
            _change(connection, number, {"state": "published", "reason": reason})
            query = select(DRAFTS.c.digest).where(DRAFTS.c.number == number)
            digest = connection.execute(query).scalar_one()
            return add_release(connection, digest, at, reason, by)


def _change(connection: Connection, number: int, values: dict[str, Any]) -> None:
    waiting = DRAFTS.c.state.in_(_WAITING)
    done = connection.execute(
        update(DRAFTS).where(DRAFTS.c.number == number, waiting).values(values)
    )
    if not done.rowcount:
        raise UnknownDraft(f"確認した下書き {number} は、もう公開したか取り下げたものです")


def _forget_dropped(connection: Connection) -> None:
    """Remove drafts that were given up, and the snapshots that only they showed."""
    connection.execute(delete(DRAFTS).where(DRAFTS.c.state == "dropped"))
    shown = select(RELEASES.c.digest).union(select(DRAFTS.c.digest))
    connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.digest.not_in(shown)))


def _draft(row: Row[Any]) -> ReadyDraft:
    values = dict(row._mapping)
    return ReadyDraft(**values | {"report": zlib.decompress(row.report)})
