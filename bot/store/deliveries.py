"""Rows of deliveries: kept before they are acknowledged, claimed by one worker, ended once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.delivery import Claimed, Delivery, Ended
from bot.store.database import upsert
from bot.store.schema import DELIVERIES
from nlp.personal_data import MaskedText

_WAITING: Final = "waiting"
_TEXTS: Final = ("text", "edited")
_ROWS: Final = DELIVERIES.c
_ERASED: Final = {"text": "", "data": "", "reply_token": ""}
_FREE: Final = {"claimed_by": None, "claimed_until": None}


class SqlDeliveries:
    """Deliveries in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new deliveries; a redelivery brings a new token to what was not answered yet."""
        with self._engine.begin() as connection:
            for one in deliveries:
                new = upsert(connection, DELIVERIES).values(state=_WAITING, **_values(one))
                kept = connection.execute(
                    new.on_conflict_do_nothing(index_elements=["event_id"]).returning(_ROWS.number)
                ).first()
                if kept is None and one.is_redelivery:
                    _renew(connection, one)

    def claim(self, worker: str, at: datetime, until: datetime, limit: int) -> list[Claimed]:
        """Take the next deliveries that nobody holds, of each talk the oldest only."""
        free = or_(_ROWS.claimed_until.is_(None), _ROWS.claimed_until < at)
        ready = (
            select(_ROWS.number)
            .where(_ROWS.state == _WAITING, free, ~_an_earlier_one())
            .order_by(_ROWS.occurred_at, _ROWS.number)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        # The condition stands outside as well: where two workers meet, the second looks again.
        taking = (
            update(DELIVERIES)
            .where(_ROWS.number.in_(ready), _ROWS.state == _WAITING, free)
            .values(claimed_by=worker, claimed_until=until)
            .returning(*_ROWS)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(taking).all()
            unsent = _unsent(connection, {row.talk for row in rows})
        claimed = [
            Claimed(
                row.number,
                _delivery(row),
                row.kind in _TEXTS and (row.talk, row.message_id) in unsent,
            )
            for row in rows
        ]
        return sorted(claimed, key=lambda one: (one.delivery.occurred_at, one.number))

    def hold(self, worker: str, at: datetime, until: datetime) -> None:
        """Keep what a worker still holds for longer."""
        held = and_(_ROWS.claimed_by == worker, _ROWS.claimed_until >= at)
        with self._engine.begin() as connection:
            connection.execute(
                update(DELIVERIES).where(_ROWS.state == _WAITING, held).values(claimed_until=until)
            )

    def let_go(self, worker: str) -> None:
        """Give back what a worker has taken and not ended."""
        with self._engine.begin() as connection:
            connection.execute(
                update(DELIVERIES)
                .where(_ROWS.state == _WAITING, _ROWS.claimed_by == worker)
                .values(**_FREE)
            )

    def end(self, ended: Sequence[Ended]) -> None:
        """Note how deliveries ended; erases their text, data and reply token."""
        with self._engine.begin() as connection:
            for one in ended:
                connection.execute(
                    update(DELIVERIES)
                    .where(_ROWS.number == one.id, _ROWS.state == _WAITING)
                    .values(state=one.outcome, ended_at=one.at, **_ERASED, **_FREE)
                )

    def inquiries_of(self, talk: str, message_id: str) -> list[str]:
        """Return the ids of the inquiries that a message became."""
        of_it = and_(_ROWS.talk == talk, _ROWS.message_id == message_id, _ROWS.kind.in_(_TEXTS))
        with self._engine.connect() as connection:
            return list(connection.execute(select(_ROWS.inquiry_id).where(of_it)).scalars())

    def count_waiting(self) -> int:
        """Return how many deliveries wait for their answer."""
        waiting = select(func.count()).where(_ROWS.state == _WAITING)
        with self._engine.connect() as connection:
            return int(connection.execute(waiting).scalar_one())

    def forget_talk(self, talk: str) -> None:
        """Delete what is done with of a talk, and that its sender left; not what came later."""
        done = or_(_ROWS.state != _WAITING, _ROWS.kind == "unfollow")
        with self._engine.begin() as connection:
            connection.execute(delete(DELIVERIES).where(_ROWS.talk == talk, done))

    def forget_before(self, at: datetime) -> int:
        """Delete what ended and was received before a time; returns how many."""
        old = and_(_ROWS.state != _WAITING, _ROWS.received_at < at)
        with self._engine.begin() as connection:
            return connection.execute(delete(DELIVERIES).where(old)).rowcount


def _an_earlier_one() -> ColumnElement[bool]:
    """Return whether the talk has a waiting delivery before this one."""
    before = DELIVERIES.alias("before")
    earlier = or_(
        before.c.occurred_at < _ROWS.occurred_at,
        and_(before.c.occurred_at == _ROWS.occurred_at, before.c.number < _ROWS.number),
    )
    return exists().where(before.c.talk == _ROWS.talk, before.c.state == _WAITING, earlier)


def _unsent(connection: Connection, talks: Collection[str]) -> set[tuple[str, str]]:
    """Return the messages of talks that their senders took back."""
    taken = select(_ROWS.talk, _ROWS.message_id).where(
        _ROWS.kind == "unsend", _ROWS.talk.in_(talks)
    )
    return {(row.talk, row.message_id) for row in connection.execute(taken)} if talks else set()


def _renew(connection: Connection, one: Delivery) -> None:
    """Give what was not answered in time, or not yet, the token of its redelivery."""
    if not one.reply_token:
        return
    again = {
        "state": _WAITING,
        "ended_at": None,
        "text": one.text,
        "data": one.data,
        "reply_token": one.reply_token,
        "deadline": one.deadline,
    }
    known = _ROWS.event_id == one.event_id
    connection.execute(
        update(DELIVERIES).where(known, _ROWS.state == "expired").values(**again, **_FREE)
    )
    connection.execute(
        update(DELIVERIES)
        .where(known, _ROWS.state == _WAITING)
        .values(reply_token=one.reply_token, deadline=one.deadline)
    )


def _values(one: Delivery) -> dict[str, Any]:
    names = [name for name in _ROWS.keys() if hasattr(one, name)]
    return {name: getattr(one, name) for name in names}


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        event_id=row.event_id,
        kind=row.kind,
        talk=row.talk,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        inquiry_id=row.inquiry_id,
        text=MaskedText(row.text),
        data=row.data,
        message_id=row.message_id,
        reply_token=row.reply_token,
        deadline=row.deadline,
    )
