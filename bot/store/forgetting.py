"""Deletes rows that are no longer needed, a few at a time, so that nobody waits long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, delete, exists, func, or_, select, update

from bot.store.conversations import SqlConversations
from bot.store.database import fold_log
from bot.store.deliveries import SqlDeliveries
from bot.store.inquiries import erase_texts, forget_worked_out
from bot.store.schema import (
    CLUSTER_MEMBERS,
    CLUSTER_NOTES,
    CLUSTERS,
    DELIVERIES,
    FEEDBACK,
    INQUIRIES,
    STAFF_SESSIONS,
)

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted."""

    inquiries: int = 0
    clusters: int = 0
    deliveries: int = 0
    sessions: int = 0
    held: int = 0
    """Deliveries that are just being answered: they stay."""
    is_overwritten: bool = True
    """False while SQLite's log, which somebody reads, still holds what was deleted."""


class SqlForgetting:
    """Deletes what the city need not keep; audit events and releases stay."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def before(self, at: datetime) -> Forgotten:
        """Delete inquiries and all that hangs on them, deliveries and sessions before a time."""
        inquiries = clusters = 0
        while True:
            gone, emptied = self._some_before(at)
            inquiries, clusters = inquiries + gone, clusters + emptied
            if gone < _AT_ONCE:
                break
        deliveries = SqlDeliveries(self._engine).forget_before(at)
        SqlConversations(self._engine).forget_before(at)
        with self._engine.begin() as connection:
            unused = delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.seen_at < at)
            sessions = connection.execute(unused).rowcount
        return Forgotten(
            inquiries, clusters, deliveries, sessions, is_overwritten=fold_log(self._engine)
        )

    def person(self, person: str, at: datetime) -> Forgotten:
        """Erase what one person wrote on LINE, by the key that their talks begin with.

        Only deliveries tell whose a text is. What is older than they are kept is not found: it
        goes with its inquiry. The counts stay.
        """
        rows = DELIVERIES.c
        theirs = rows.talk.startswith(person)
        # What is just being answered becomes an inquiry yet, which nothing would lead to.
        free = or_(rows.state != "waiting", rows.claimed_until.is_(None), rows.claimed_until < at)
        with self._engine.begin() as connection:
            gone = delete(DELIVERIES).where(theirs, free).returning(rows.inquiry_id)
            ids = list(connection.execute(gone).scalars())
            batches = range(0, len(ids), _AT_ONCE)
            erased = sum(erase_texts(connection, ids[one : one + _AT_ONCE]) for one in batches)
            left = select(func.count()).select_from(DELIVERIES).where(theirs)
            held = connection.execute(left).scalar_one()
        return Forgotten(
            inquiries=erased,
            deliveries=len(ids),
            held=held,
            is_overwritten=fold_log(self._engine),
        )

    def _some_before(self, at: datetime) -> tuple[int, int]:
        with self._engine.begin() as connection:
            old = select(INQUIRIES.c.id).where(INQUIRIES.c.asked_at < at).limit(_AT_ONCE)
            ids = list(connection.execute(old).scalars())
            joined = CLUSTER_MEMBERS.c.inquiry_id.in_(ids)
            touched = select(CLUSTER_MEMBERS.c.cluster_id).where(joined).distinct()
            clusters = list(connection.execute(touched).scalars())
            for table in (CLUSTER_MEMBERS, FEEDBACK):
                connection.execute(delete(table).where(table.c.inquiry_id.in_(ids)))
            connection.execute(delete(INQUIRIES).where(INQUIRIES.c.id.in_(ids)))
            return len(ids), sum(_is_gone(connection, one) for one in clusters)


def _is_gone(connection: Connection, cluster_id: str) -> bool:
    """Delete a cluster that lost its last inquiry; return whether it did."""
    members = exists().where(CLUSTER_MEMBERS.c.cluster_id == cluster_id)
    if connection.execute(select(members)).scalar():
        forget_worked_out(connection, cluster_id)
        return False
    connection.execute(delete(CLUSTER_NOTES).where(CLUSTER_NOTES.c.cluster_id == cluster_id))
    # Somebody may have put a new inquiry in meanwhile: then it stays, without its old title.
    done = connection.execute(delete(CLUSTERS).where(CLUSTERS.c.id == cluster_id, ~members))
    if not done.rowcount:
        changed = update(CLUSTERS).where(CLUSTERS.c.id == cluster_id)
        connection.execute(changed.values(title="", proposals=b"", proposed_for=""))
    return bool(done.rowcount)
