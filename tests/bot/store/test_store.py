"""Rows survive what happens to processes and disks."""

import asyncio
import dataclasses
import sqlite3
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnusable, UnknownInquiry
from bot.inquiry import MISS_LABELS, Feedback, Inquiry, Nearest, miss_reason
from bot.store.database import HEAD, migrate, open_database
from bot.store.inquiries import SqlInquiries
from bot.store.schema import METADATA
from bot.store.writer import GroupCommitWriter
from nlp.personal_data import mask
from tests.conftest import NOON, ROOT
from tests.inquiries import inquiry as any_inquiry
from tests.postgres import Postgres


def inquiry(number: int, **changes: object) -> Inquiry:
    """Return a record of its own minute, which had a candidate."""
    around = {"asked_at": NOON + timedelta(minutes=number), "nearest": (Nearest("a", 0.5),)}
    return any_inquiry(number, **around | changes)


@pytest.fixture
def inquiries(engine: Engine) -> SqlInquiries:
    return SqlInquiries(engine)


def test_inquiries_come_back_as_they_were(inquiries: SqlInquiries) -> None:
    kept = [inquiry(number) for number in range(3)]
    inquiries.add(kept)
    assert list(inquiries.each()) == kept
    assert list(inquiries.each(since=NOON + timedelta(minutes=2))) == kept[2:]


def test_times_are_kept_in_utc_whatever_zone_they_came_in(inquiries: SqlInquiries) -> None:
    japan = datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    inquiries.add([inquiry(1, asked_at=japan)])
    found = next(inquiries.each())
    assert found.asked_at == japan
    assert found.asked_at.tzinfo is UTC


def test_misses_are_what_needs_review(inquiries: SqlInquiries) -> None:
    inquiries.add(
        [
            inquiry(0, kind="answered", confidence=0.9),
            inquiry(1, kind="answered"),
            inquiry(2, kind="unsure"),
            inquiry(3, kind="unanswered"),
            inquiry(4, kind="answered"),
            inquiry(5, kind="unsure"),
        ]
    )
    for number, helpful in ((4, False), (5, True)):
        inquiries.give_feedback(Feedback(inquiry(number).id, helpful, mask("ちがう"), NOON))
    found = [(int(miss.inquiry.id[:8]), miss.reason) for miss in inquiries.misses(10)]
    expected = [(4, "not_helpful"), (3, "no_entry"), (2, "unsure"), (1, "low_confidence")]
    assert found == expected
    assert len(inquiries.misses(1)) == 1


def test_the_last_word_of_a_citizen_counts(inquiries: SqlInquiries) -> None:
    inquiries.add([inquiry(1, kind="answered")])
    for helpful in (True, False, True):
        inquiries.give_feedback(Feedback(inquiry(1).id, helpful, mask(""), NOON))
    assert inquiries.misses(10) == []
    with pytest.raises(UnknownInquiry):
        inquiries.give_feedback(Feedback("nobody", True, mask(""), NOON))


def test_every_reason_of_a_miss_has_a_label() -> None:
    reasons = {
        miss_reason(kind, helpful, confidence)  # type: ignore[arg-type]
        for kind in ("answered", "unsure", "unanswered", "fixed")
        for helpful in (None, True, False)
        for confidence in (0.1, 0.9)
    }
    assert reasons - {None} == set(MISS_LABELS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_is_opened_durable(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_the_migrations_make_the_tables_of_the_schema(engine: Engine) -> None:
    found = inspect(engine)
    for table in METADATA.sorted_tables:
        columns = {column["name"] for column in found.get_columns(table.name)}
        assert columns == set(table.c.keys()), table.name
    assert set(found.get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(ROOT / "bot" / "store" / "migrations"))
    assert scripts.get_current_head() == HEAD


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'toiawase.db'}"
    SqlInquiries(open_database(url, NOON)).add([inquiry(1)])
    assert list(SqlInquiries(open_database(url, NOON)).each()) == [inquiry(1)]
    assert list(tmp_path.glob("*.before-*")) == []


def test_an_unknown_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toiawase.db"
    open_database(f"sqlite:///{path}", NOON).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreUnusable, match="9999"):
        open_database(f"sqlite:///{path}", NOON)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toiawase.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnusable):
        open_database(f"sqlite:///{path}", NOON)
    with pytest.raises(StoreUnusable, match="mysql"):
        open_database("mysql://localhost/x", NOON)


def test_what_is_stored_twice_is_there_once(inquiries: SqlInquiries) -> None:
    inquiries.add([inquiry(1)])
    inquiries.add([inquiry(1), inquiry(2)])
    assert [one.id for one in inquiries.each()] == [inquiry(1).id, inquiry(2).id]


def test_what_is_erased_leaves_its_record(inquiries: SqlInquiries) -> None:
    inquiries.add([inquiry(1), inquiry(2)])
    inquiries.give_feedback(Feedback(inquiry(1).id, False, mask("ちがう"), NOON))
    inquiries.erase_texts([inquiry(1).id])
    kept = list(inquiries.each())
    assert [bool(one.text) for one in kept] == [False, True]
    assert kept[0].kind == inquiry(1).kind


def test_an_error_repeats_nothing_of_the_row(inquiries: SqlInquiries) -> None:
    planted = mask("鷲尾ことねの世帯全員")
    with pytest.raises(SQLAlchemyError) as raised:
        inquiries.add([inquiry(1, text=planted, kind=None)])
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert "鷲尾" not in told
    assert "kind" in told


class TestGroupCommit:
    def test_those_who_wait_share_commits_and_all_are_kept(self, inquiries: SqlInquiries) -> None:
        commits: list[int] = []

        def store(group: Sequence[Inquiry]) -> None:
            inquiries.add(group)
            commits.append(len(group))

        writer = GroupCommitWriter(store)
        writer.start()

        async def ask() -> None:
            await asyncio.gather(*(writer.record(inquiry(number)) for number in range(400)))

        asyncio.run(ask())
        writer.stop()
        assert len(list(inquiries.each())) == sum(commits) == 400
        assert len(commits) < 400

    def test_no_one_goes_on_before_the_record_is_durable(self, inquiries: SqlInquiries) -> None:
        order: list[str] = []

        def store(group: Sequence[Inquiry]) -> None:
            inquiries.add(group)
            order.append("committed")

        writer = GroupCommitWriter(store)
        writer.start()

        async def ask() -> None:
            await writer.record(inquiry(1))
            order.append("acknowledged")

        asyncio.run(ask())
        writer.stop()
        assert order == ["committed", "acknowledged"]

    def test_one_bad_row_costs_only_its_own_caller(self, inquiries: SqlInquiries) -> None:
        writer = GroupCommitWriter(inquiries.add)
        rows = [inquiry(number) for number in range(20)]
        rows[7] = dataclasses.replace(rows[7], text=None)  # type: ignore[arg-type]

        async def ask() -> list[BaseException | None]:
            waiting = [asyncio.create_task(writer.record(row)) for row in rows]
            await asyncio.sleep(0)
            writer.start()
            return await asyncio.gather(*waiting, return_exceptions=True)

        told = asyncio.run(ask())
        writer.stop()
        assert [at for at, one in enumerate(told) if isinstance(one, StoreUnusable)] == [7]
        assert len(list(inquiries.each())) == 19

    def test_who_gives_up_waiting_does_not_stop_the_writer(self, inquiries: SqlInquiries) -> None:
        writer = GroupCommitWriter(inquiries.add)

        async def give_up() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.record(inquiry(1)), 0.01)
            writer.start()
            await writer.record(inquiry(2))

        asyncio.run(give_up())
        writer.stop()
        assert len(list(inquiries.each())) == 2


def test_an_empty_postgresql_is_brought_up_to_date_by_migrate_alone(postgres: Postgres) -> None:
    url = postgres.empty()
    with pytest.raises(StoreUnusable, match="toiawase migrate"):
        open_database(url, NOON)
    assert migrate(url, NOON) == (None, HEAD)
    assert migrate(url, NOON) == (HEAD, HEAD)
    engine = open_database(url, NOON)
    SqlInquiries(engine).add([inquiry(1)])
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreUnusable, match="9999"):
        open_database(url, NOON)


def test_those_who_migrate_at_once_wait_for_each_other(postgres: Postgres) -> None:
    url = postgres.empty()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate(url, NOON), range(4)))
    assert sorted(done, key=str) == [(HEAD, HEAD)] * 3 + [(None, HEAD)]


def test_a_postgresql_that_is_not_there_is_said_to_be_away(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="開けません"):
        open_database(f"postgresql://nobody@/x?host={tmp_path}", NOON)


def test_nobody_else_on_the_machine_can_read_the_database(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'toiawase.db'}", NOON)
    SqlInquiries(opened).add([inquiry(1)])
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    opened.dispose()
    assert modes == {f"toiawase.db{ending}": 0o600 for ending in ("", "-wal", "-shm")}
