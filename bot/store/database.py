"""Opening the database: durable settings for SQLite, and the schema brought up to date."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnusable

HEAD: Final = "0004"
"""The newest migration; a test holds it against the migrations folder."""

_BUSY_SECONDS: Final = 10.0


def open_database(url: str, at: datetime) -> Engine:
    """Open the database and bring its schema up to date; raises StoreUnusable with the reason."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            revision = _revision(connection)
        if revision != HEAD:
            _upgrade(engine, revision, at)
    except SQLAlchemyError as error:
        raise StoreUnusable(f"データベースを開けません（{error.__class__.__name__}）") from error
    return engine


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnusable(
            f"この版で使えるデータベースは SQLite だけです（指定は {parsed.get_backend_name()}）"
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _make_durable)
    return engine


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


def _upgrade(engine: Engine, revision: str | None, at: datetime) -> None:
    # Imported here: Alembic is not needed at a start without migrations, and costs 0.2 s.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreUnusable(
            f"データベースの版（{revision}）が、このプログラムより新しいため開けません。"
            "新しい版のプログラムを使ってください"
        )
    if revision is not None:
        _keep_copy(engine, revision, at)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _keep_copy(engine: Engine, revision: str, at: datetime) -> None:
    database = engine.url.database
    if not database:
        return
    stamp = at.strftime("%Y%m%d-%H%M%S")
    with (
        sqlite3.connect(database) as source,
        sqlite3.connect(f"{database}.before-{revision}-{stamp}") as target,
    ):
        source.backup(target)
