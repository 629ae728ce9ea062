"""Rows of the audit log: appended one after the other, never changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from bot.audit import AuditEvent
from bot.store.database import each_row
from bot.store.schema import AUDIT_EVENTS, AUDIT_HEAD


class SqlAudit:
    """The audit log in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, event: AuditEvent) -> AuditEvent:
        """Keep an event; return it with its number and hash."""
        head = AUDIT_HEAD.c.id == 1
        with self._engine.begin() as connection:
            # A write first: whoever else appends waits here until this one is kept.
            connection.execute(update(AUDIT_HEAD).where(head).values(hash=AUDIT_HEAD.c.hash))
            previous = connection.execute(select(AUDIT_HEAD.c.hash).where(head)).scalar_one()
            kept = replace(event, hash=event.hash_after(previous))
            values = {
                name: getattr(kept, name) for name in AUDIT_EVENTS.c.keys() if name != "number"
            }
            done = connection.execute(
                insert(AUDIT_EVENTS).values(values | {"detail": dict(kept.detail)})
            )
            connection.execute(update(AUDIT_HEAD).where(head).values(hash=kept.hash))
        key = done.inserted_primary_key
        assert key is not None
        return replace(kept, number=key[0])

    def event(self, number: int) -> AuditEvent | None:
        """Return an event."""
        query = select(AUDIT_EVENTS).where(AUDIT_EVENTS.c.number == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return _event(row) if row else None

    def latest(
        self, limit: int, *, before: int | None = None, subject: str = "", by: str = ""
    ) -> list[AuditEvent]:
        """Return events, the latest first."""
        query = select(AUDIT_EVENTS).order_by(AUDIT_EVENTS.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT_EVENTS.c.number < before)
        if subject:
            query = query.where(AUDIT_EVENTS.c.subject == subject)
        if by:
            query = query.where(AUDIT_EVENTS.c.by == by)
        with self._engine.connect() as connection:
            return [_event(row) for row in connection.execute(query)]

    def each(self) -> Iterator[AuditEvent]:
        """Yield all events, the oldest first."""
        query = select(AUDIT_EVENTS).order_by(AUDIT_EVENTS.c.number)
        yield from map(_event, each_row(self._engine, query))


def _event(row: Row[Any]) -> AuditEvent:
    return AuditEvent(**row._mapping)
