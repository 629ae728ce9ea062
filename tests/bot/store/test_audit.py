"""The audit log is added to, and what stands in it cannot be changed unnoticed."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.audit import ACTION_LABELS, AuditEvent, first_broken
from bot.store.audit import SqlAudit
from tests.conftest import NOON

TRIGGERS = {
    "sqlite": ("audit_events_no_UPDATE", "audit_events_no_DELETE"),
    "postgresql": ("audit_events_append_only ON audit_events",),
}


def event(number: int, **changes: object) -> AuditEvent:
    at = NOON + timedelta(minutes=number)
    made = AuditEvent(at, "職員A", "published", f"公開版 {number}", {"told": "公開しました"})
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def audit(engine: Engine) -> SqlAudit:
    return SqlAudit(engine)


def test_events_come_back_in_their_order(audit: SqlAudit) -> None:
    kept = [audit.add(event(number)) for number in range(5)]
    assert list(audit.each()) == kept
    assert audit.latest(2) == kept[:2:-1]
    assert audit.latest(9, before=3) == kept[1::-1]
    assert audit.latest(9, subject="公開版 3") == [kept[3]]
    assert audit.event(kept[2].number) == kept[2]
    assert audit.event(99) is None


def test_one_person_can_be_picked_out(audit: SqlAudit) -> None:
    audit.add(event(1))
    other = audit.add(event(2, by="職員B"))
    assert audit.latest(9, by="職員B") == [other]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET by = ''", "DELETE FROM audit_events"]
)
def test_the_database_itself_refuses_to_change_events(
    engine: Engine, audit: SqlAudit, statement: str
) -> None:
    audit.add(event(1))
    with engine.begin() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET by = '別人' WHERE number = 2",
        "UPDATE audit_events SET detail = '{}' WHERE number = 2",
        "DELETE FROM audit_events WHERE number = 2",
    ],
)
def test_whoever_gets_round_that_is_found_out(
    engine: Engine, audit: SqlAudit, statement: str
) -> None:
    for number in range(4):
        audit.add(event(number))
    assert first_broken(audit.each()) is None
    with engine.begin() as connection:
        for trigger in TRIGGERS[engine.dialect.name]:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))
    assert first_broken(audit.each()) in (2, 3)


def test_those_who_write_at_once_make_one_chain(audit: SqlAudit) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(audit.add, map(event, range(40))))
    assert len(list(audit.each())) == 40
    assert first_broken(audit.each()) is None


def test_every_action_that_is_noted_has_a_label() -> None:
    assert all(label and not label.isascii() for label in ACTION_LABELS.values())
