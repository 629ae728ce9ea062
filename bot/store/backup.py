"""A copy of the whole database in one SQLite file, from either kind and back into either."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnusable
from bot.store.database import (
    copy_file,
    is_postgresql,
    known_revisions,
    open_database,
    reading_options,
)
from bot.store.schema import AUDIT_HEAD, INQUIRIES, METADATA, RELEASES

_PAGE: Final = 500


def copy_out(engine: Engine, target: Path, at: datetime) -> None:
    """Write everything that is committed now to a new file, while others go on writing.

    Raises StoreUnusable when it cannot be written, or the copy is damaged.
    """
    try:
        if is_postgresql(engine):
            _copy_to_file(engine, target, at)
        else:
            copy_file(str(engine.url.database), str(target))
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise StoreUnusable(
            f"データベースを {target.parent.parent} に写せません（{type(error).__name__}）。"
            "空きと権限を確かめてください"
        ) from error
    problems = damage(target)
    if problems:
        raise StoreUnusable(f"写しが壊れています（{problems}）。もう一度実行してください")


def copy_in(source: Path, url: str, at: datetime) -> None:
    """Fill an empty PostgreSQL, which is up to date, from a copy; raises StoreUnusable."""
    engine, copied = open_database(url, at), open_database(f"sqlite:///{source}", at)
    try:
        with copied.connect() as rows:
            _copy_rows(rows, engine, before=_refuse_unless_empty)
    except SQLAlchemyError as error:
        raise StoreUnusable(
            f"控えをデータベースに入れられません（{type(error).__name__}）。何も変えていません。"
            "新しいデータベースを作り、toiawase migrate を実行してから、もう一度実行してください"
        ) from error
    finally:
        copied.dispose()
        engine.dispose()


def damage(file: Path) -> str:
    """Return what is wrong with a database file, in SQLite's words; empty when nothing is."""
    try:
        with closing(_only_read(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(3)").fetchall()
            loose = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    except sqlite3.DatabaseError as error:
        return str(error)
    said = [str(row[0]) for row in found if row[0] != "ok"]
    return "; ".join([*said, *(f"{row[0]} {row[1]} -> {row[2]}" for row in loose)])


def check_copy(file: Path, schema: str) -> None:
    """Raise StoreUnusable unless a copy is whole, and of a schema that this program knows."""
    problems = damage(file)
    if problems:
        raise StoreUnusable(
            f"控えのデータベースが壊れています（{problems}）。何も変えていません。"
            "ほかの控えを使ってください"
        )
    found = _schema(file)
    if found != schema:
        raise StoreUnusable(
            f"控えのデータベースの版（{found}）が、控えの一覧（{schema}）と合いません。"
            "何も変えていません。ほかの控えを使ってください"
        )
    if found not in known_revisions():
        raise StoreUnusable(
            f"控えのデータベースの版（{found}）を、このプログラムは知りません。何も変えていません。"
            "控えを取ったときか、それより新しい版のプログラムを使ってください"
        )


def _schema(file: Path) -> str:
    with closing(_only_read(file)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            row = None
    return str(row[0]) if row else ""


def _only_read(file: Path) -> sqlite3.Connection:
    options = urlencode(reading_options(file))
    return sqlite3.connect(f"{file.absolute().as_uri()}?{options}", uri=True)


def _copy_to_file(engine: Engine, target: Path, at: datetime) -> None:
    copied = open_database(f"sqlite:///{target}", at)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as source:
            _copy_rows(source, copied)
    finally:
        copied.dispose()


def _copy_rows(
    source: Connection, engine: Engine, before: Callable[[Connection], None] | None = None
) -> None:
    with engine.begin() as target:
        if before:
            before(target)
        target.execute(delete(AUDIT_HEAD))
        for table in METADATA.sorted_tables:
            query = select(table).order_by(*table.primary_key)
            with source.execution_options(yield_per=_PAGE).execute(query) as rows:
                for some in rows.partitions():
                    target.execute(insert(table), [dict(row._mapping) for row in some])
        if is_postgresql(engine):
            _go_on_counting(target)


def _refuse_unless_empty(target: Connection) -> None:
    for table in (RELEASES, INQUIRIES):
        if target.execute(select(func.count()).select_from(table)).scalar_one():
            raise StoreUnusable(
                "データベースが空ではありません。新しいデータベースを作り、"
                "toiawase migrate を実行してから、もう一度 restore を実行してください"
            )


def _go_on_counting(target: Connection) -> None:
    """Have numbers given from here on begin after those that were copied."""
    for table in METADATA.sorted_tables:
        if "number" in table.c:
            target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), "
                    f"(SELECT coalesce(max(number), 0) + 1 FROM {table.name}), false)"
                )
            )
