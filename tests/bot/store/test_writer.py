"""The writer of groups over a database that goes away: who was acknowledged is stored once."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.errors import StoreUnusable
from bot.inquiry import Inquiry
from bot.store.database import open_database
from bot.store.inquiries import SqlInquiries
from bot.store.spool import Spool
from bot.store.spooling import SpoolingStore
from bot.store.writer import GroupCommitWriter
from tests.bot.store.test_store import inquiry
from tests.conftest import NOON


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'toiawase.db'}", NOON)
    yield opened
    opened.dispose()


class Coming:
    """A database that is away now and then, sometimes after it has committed."""

    def __init__(self, inquiries: SqlInquiries) -> None:
        self.inquiries = inquiries
        self.is_away = False
        self.calls = 0

    def add(self, rows: Sequence[Inquiry]) -> None:
        self.calls += 1
        if self.is_away:
            if self.calls % 2:
                self.inquiries.add(rows)  # stored, but nobody learns
            raise OperationalError("gone", {}, Exception("gone"))
        self.inquiries.add(rows)


def record_all(writer: GroupCommitWriter[Inquiry], rows: Sequence[Inquiry]) -> list[object]:
    """Record rows at once; return what each caller was told."""

    async def ask() -> list[object]:
        waiting = [asyncio.create_task(writer.record(row)) for row in rows]
        await asyncio.sleep(0)
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    return asyncio.run(ask())


def test_all_of_a_group_are_acknowledged_without_the_database(
    engine: Engine, tmp_path: Path
) -> None:
    inquiries = SqlInquiries(engine)
    coming = Coming(inquiries)
    store = SpoolingStore(coming.add, inquiries.give_feedback, Spool(tmp_path / "spool"))
    writer = GroupCommitWriter(store.add)
    writer.start()
    rows = [inquiry(number) for number in range(900)]
    assert set(record_all(writer, rows[:300])) == {None}
    coming.is_away = True
    assert set(record_all(writer, rows[300:600])) == {None}
    store.drain()
    store.drain()
    assert store.is_degraded
    coming.is_away = False
    assert set(record_all(writer, rows[600:])) == {None}
    store.drain()
    writer.stop()
    assert (store.depth, store.is_degraded) == (0, False)
    assert list(inquiries.each()) == rows


def test_a_full_spool_refuses_only_what_it_has_no_room_for(engine: Engine, tmp_path: Path) -> None:
    inquiries = SqlInquiries(engine)
    coming = Coming(inquiries)
    coming.calls = 1
    coming.is_away = True
    spool = Spool(tmp_path / "spool", most_rows=100)
    store = SpoolingStore(coming.add, inquiries.give_feedback, spool)
    writer = GroupCommitWriter(store.add)
    writer.start()
    rows = [inquiry(number) for number in range(150)]
    told = record_all(writer, rows)
    assert sum(isinstance(one, StoreUnusable) for one in told) == 50
    coming.is_away = False
    store.drain()
    writer.stop()
    kept = [row for row, one in zip(rows, told, strict=True) if one is None]
    assert list(inquiries.each()) == kept


def test_rows_of_one_moment_share_one_commit() -> None:
    groups: list[int] = []
    writer = GroupCommitWriter[Inquiry](lambda rows: groups.append(len(rows)))
    writer.start()
    told = record_all(writer, [inquiry(number) for number in range(40)])
    writer.stop()
    assert told == [None] * 40
    assert groups == [40]
