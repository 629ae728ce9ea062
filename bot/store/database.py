"""Opening the database: durable settings, and a schema that this program knows."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.errors import StoreUnusable

HEAD: Final = "0006"
"""The newest migration; a test holds it against the migrations folder."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BUSY_SECONDS: Final = 10.0
_FOLD_SECONDS: Final = 1.0
_PAGE: Final = 1_000
_POOL: Final = 8
_POOL_SECONDS: Final = 5.0
_MIGRATING: Final = 7_015_001  # the number of the advisory lock; any that nobody else uses
# A server that is gone must be noticed soon: citizens wait meanwhile.
_POSTGRESQL: Final = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "application_name": "toiawase",
}
_ONLY_READ: Final = {"postgresql_readonly": True}


def open_database(url: str, at: datetime) -> Engine:
    """Open the database; raises StoreUnusable with the reason.

    SQLite is brought up to date, after a copy of it was kept. PostgreSQL may serve others
    meanwhile: it is only brought up to date by `migrate`.
    """
    engine = _engine(url)
    try:
        _bring_up_to_date(engine, at)
    except SQLAlchemyError as error:
        engine.dispose()
        raise _not_opened(error) from error
    except StoreUnusable:
        engine.dispose()
        raise
    return engine


def _bring_up_to_date(engine: Engine, at: datetime) -> None:
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision != HEAD and is_postgresql(engine):
        raise StoreUnusable(_refused(revision))
    if revision != HEAD:
        _upgrade(engine, at)


def open_to_read(url: str) -> tuple[Engine, str | None]:
    """Open a database to read it, whatever its schema; return it with its revision.

    Nothing is made, brought up to date or written. Raises StoreUnusable.
    """
    engine = _engine(url, only_read=True)
    try:
        with engine.connect() as connection:
            return engine, _revision(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        raise _not_opened(error) from error


def migrate(url: str, at: datetime) -> tuple[str | None, str]:
    """Bring the schema up to date; return the revisions before and after.

    Others that do the same wait for each other. Raises StoreUnusable.
    """
    engine = _engine(url)
    try:
        return _upgrade(engine, at), HEAD
    except SQLAlchemyError as error:
        raise _not_opened(error) from error
    finally:
        engine.dispose()


def known_revisions() -> set[str]:
    """Return the schemas that this program can bring up to date."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}


def is_postgresql(engine: Engine) -> bool:
    """Tell whether several processes and machines may share the database."""
    return engine.dialect.name == "postgresql"


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that may say what to do on a conflict, in the words of the database."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def copy_file(database: str, target: str) -> None:
    """Copy an SQLite file with what waits in its log, while others may go on writing."""
    with (
        closing(sqlite3.connect(database)) as source_file,
        closing(sqlite3.connect(target)) as target_file,
    ):
        source_file.backup(target_file)


def fold_log(engine: Engine) -> bool:
    """Empty SQLite's log into its file: what was deleted still stands in the log.

    Returns whether it is empty; it is not while somebody reads what was before.
    """
    database = engine.url.database
    if is_postgresql(engine) or not database:
        return True
    # Who writes waits meanwhile: citizens must not wait as long as a commit may.
    with closing(sqlite3.connect(database, timeout=_FOLD_SECONDS)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def each_row(engine: Engine, query: Select[Any]) -> Iterator[Row[Any]]:
    """Yield the rows of a query without holding them all; asks when the first is asked for."""
    with engine.connect().execution_options(yield_per=_PAGE) as connection:
        with connection.execute(query) as rows:
            yield from rows


def _not_opened(error: SQLAlchemyError) -> StoreUnusable:
    return StoreUnusable(f"データベースを開けません（{error.__class__.__name__}）")


def _engine(url: str, *, only_read: bool = False) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnusable("TOIAWASE_DATABASE_URL の書き方が正しくありません") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite_to_read(parsed) if only_read else _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed, _ONLY_READ if only_read else {})
        case other:
            raise StoreUnusable(
                f"使えるデータベースは SQLite と PostgreSQL です（指定は {other}）。"
                "TOIAWASE_DATABASE_URL を確かめてください"
            )


def _postgresql(url: URL, execution_options: Mapping[str, bool]) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=_POSTGRESQL,
        execution_options=execution_options,
        pool_pre_ping=True,
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", _leave_the_row_out)
    return engine


def _leave_the_row_out(context: ExceptionContext) -> None:
    """Cut the lines after the first of an error: there PostgreSQL repeats the row."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)


def _sqlite(url: URL) -> Engine:
    if url.database:
        file = Path(url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        # It holds what citizens wrote; SQLite gives its log the same permissions.
        file.touch(mode=0o600)
    # Parameters are what citizens wrote: no error may repeat them.
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _make_durable)
    return engine


def _sqlite_to_read(url: URL) -> Engine:
    file = Path(url.database or "")
    to_read = url.set(
        database=file.absolute().as_uri(), query={"uri": "true"} | reading_options(file)
    )
    return create_engine(to_read, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)


def reading_options(file: Path) -> dict[str, str]:
    """Return how SQLite is to open a file that must stay as it is.

    Where there is no log nobody is connected. SQLite would make one and leave it, and where the
    superuser looks, the service could not write it afterwards.
    """
    is_open = file.with_name(f"{file.name}-wal").exists()
    return {"mode": "ro"} if is_open else {"mode": "ro", "immutable": "1"}


def _make_durable(connection: sqlite3.Connection, _record: Any) -> None:
    # FULL syncs the log at every commit, so that what was acknowledged survives a power loss.
    # What is erased is overwritten, not only forgotten.
    settings = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in settings:
        connection.execute(f"PRAGMA {pragma}")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refused(revision: str | None) -> str:
    if revision is None:
        return "データベースがまだ空です。はじめに1回 toiawase migrate を実行してください"
    if revision > HEAD:
        return _newer(revision)
    return (
        f"データベースの版（{revision}）が、このプログラムの版（{HEAD}）より古いため開けません。"
        "toiawase migrate を実行してください"
    )


def _newer(revision: str) -> str:
    return (
        f"データベースの版（{revision}）が、このプログラムより新しいため開けません。"
        "新しい版のプログラムを使ってください"
    )


def _upgrade(engine: Engine, at: datetime) -> str | None:
    """Bring the schema up to date; return the revision it had."""
    # Imported here: Alembic is not needed at a start without migrations, and costs 0.2 s.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    known = known_revisions()
    with engine.begin() as connection:
        if is_postgresql(engine):
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
        revision = _revision(connection)
        if revision is not None and revision not in known:
            raise StoreUnusable(_newer(revision))
        if revision not in (None, HEAD):
            _keep_copy(engine, str(revision), at)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return revision


def _keep_copy(engine: Engine, revision: str, at: datetime) -> None:
    database = engine.url.database
    if is_postgresql(engine) or not database:
        return
    stamp = at.strftime("%Y%m%d-%H%M%S")
    copy_file(database, f"{database}.before-{revision}-{stamp}")
