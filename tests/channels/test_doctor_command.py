"""`doctor`: what is wrong is found, said, and never a traceback."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.audit import AuditEvent
from bot.store.database import open_to_read
from channels.archive import IN_AUDIT
from channels.backend import open_backend
from channels.cli import group
from channels.clock import now
from channels.settings import Settings
from tests.inquiries import inquiry
from tests.postgres import Postgres


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


def change(settings: Settings, statement: str) -> None:
    """Change the database behind the back of the service."""
    with closing(sqlite3.connect(settings.state_folder / "toiawase.db")) as store:
        store.execute(statement)
        store.commit()


@pytest.fixture
def looked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Return a look at the small city: the mark of each thing, by its name."""
    monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(settings.state_folder))
    monkeypatch.setenv("TOIAWASE_FAQ_FOLDER", str(settings.draft_folder))

    def look() -> dict[str, str]:
        done = run("doctor", "--json")
        found = json.loads(done.output)
        assert done.exit_code == any(one["mark"] == "bad" for one in found)
        assert all(one["todo"] for one in found if one["mark"] != "ok")
        return {one["what"]: one["mark"] for one in found}

    return look


def all_files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what is below a folder, with size and time of each file."""
    found = {path: path.stat() for path in sorted(folder.rglob("*"))}
    return {
        # Those who read write in the memory that SQLite's connections share.
        str(path): (0, 0)
        if path.is_dir() or path.name.endswith("-shm")
        else (stat.st_size, stat.st_mtime_ns)
        for path, stat in found.items()
    }


def test_a_healthy_city_has_nothing_to_do(
    looked: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    assert run("backup", str(tmp_path / "backup.zip")).exit_code == 0
    found = looked()
    assert set(found.values()) == {"ok"}, found
    assert len(found) == 12
    assert "○ 公開版：公開版 1" in run("doctor").output


@pytest.mark.parametrize("is_served", [True, False])
def test_it_only_looks_at_what_is_there(
    looked: Callable[[], dict[str, str]], settings: Settings, tmp_path: Path, is_served: bool
) -> None:
    shutil.rmtree(settings.index_root)
    opened = open_backend(settings)
    opened.inquiries.add([inquiry(1)])
    if not is_served:  # then SQLite's log is folded into its file
        opened.close()
    assert any(settings.state_folder.glob("*-wal")) == is_served
    before = all_files(tmp_path)
    assert looked()["公開版"] == "ok"
    assert all_files(tmp_path) == before
    opened.close()


def test_it_makes_nothing_where_nothing_is(
    looked: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(tmp_path / "new"))
    before = all_files(tmp_path)
    assert set(looked().values()) == {"ok"}
    assert all_files(tmp_path) == before


@pytest.mark.parametrize(("schema", "mark"), [("0004", "look"), ("9999", "bad")])
def test_another_schema_is_said_and_left_as_it_is(
    looked: Callable[[], dict[str, str]], settings: Settings, schema: str, mark: str
) -> None:
    file = settings.state_folder / "toiawase.db"
    change(settings, f"UPDATE alembic_version SET version_num = '{schema}'")
    before = file.read_bytes()
    assert looked()["データベース"] == mark
    assert file.read_bytes() == before
    assert list(settings.state_folder.glob("*.before-*")) == []


def test_a_postgresql_is_looked_at_and_not_changed(
    looked: Callable[[], dict[str, str]], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.empty()
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", url)
    assert looked()["データベース"] == "bad"
    assert "toiawase migrate" in run("doctor").output
    engine, schema = open_to_read(url)
    assert schema is None
    with pytest.raises(SQLAlchemyError), engine.begin() as connection:
        connection.execute(text("CREATE TABLE x (y int)"))
    engine.dispose()
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.migrated())
    found = looked()
    assert found["データベース"] == "ok"
    assert (found["公開版"], found["控え"]) == ("look", "look")


def test_a_backup_that_is_missing_or_old_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    assert looked()["控え"] == "look"
    opened = open_backend(settings)
    for days, mark in ((3, "look"), (1, "ok")):
        at = now() - timedelta(days=days)
        opened.audit.add(AuditEvent(at, "somebody", "backed_up", IN_AUDIT))
        assert looked()["控え"] == mark
        assert ("（3 日前）" in run("doctor").output) == (mark == "look")
    opened.close()


def test_what_is_left_of_old_indexes_and_databases_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    left = settings.index_root / ("f" * 64)
    left.mkdir()
    (left / "words.npy").write_bytes(bytes(2_500_000))
    (settings.state_folder / "toiawase.db.before-0004-20261124").write_bytes(bytes(1_000))
    found = looked()
    assert (found["索引"], found["データベースの写し"]) == ("look", "look")
    said = run("doctor").output
    assert "1 個（2.5 MB）" in said
    assert left.name in said


def test_a_key_of_another_owner_or_too_short_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    settings.key_file.write_text("short")
    assert looked()["鍵"] == "bad"
    settings.key_file.write_text("k" * 64)
    settings.key_file.chmod(0o600)
    assert looked()["鍵"] == "ok"
    if os.getuid() == 0:
        os.chown(settings.key_file, 12_345, -1)
        assert looked()["鍵"] == "look"
        assert "chown" in run("doctor").output


def test_a_damaged_index_of_the_release_is_found_and_left(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    (damaged,) = settings.index_root.glob("*/row-starts.npy")
    damaged.write_bytes(b"")
    assert looked()["公開版"] == "look"
    assert damaged.read_bytes() == b""


def test_a_damaged_database_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    file = settings.state_folder / "toiawase.db"
    with sqlite3.connect(file) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4_096] + b"\xff" * 40_000 + whole[44_096:])
    assert looked()["データベースのファイル"] == "bad"
    file.write_bytes(b"no database at all" * 100)
    assert looked()["データベース"] == "bad"


def test_a_changed_audit_log_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    with sqlite3.connect(settings.state_folder / "toiawase.db") as store:
        store.execute(
            "INSERT INTO audit_events (at, by, action, subject, detail, hash)"
            " VALUES ('2026-11-24 03:00:00', 'x', 'published', '', '{}', 'wrong')"
        )
    store.close()
    assert looked()["操作の記録"] == "bad"


def test_a_key_for_all_a_broken_folder_and_a_missing_one_are_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    settings.key_file.write_text("k" * 64)
    settings.key_file.chmod(0o644)
    (settings.draft_folder / "offices.yaml").write_text("- id: [")
    found = looked()
    assert (found["鍵"], found["FAQ のフォルダ"]) == ("look", "look")
    shutil.rmtree(settings.draft_folder)
    assert looked()["FAQ のフォルダ"] == "look"


@pytest.mark.parametrize("latest", ["release", "inquiry"])
def test_a_clock_that_is_behind_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings, latest: str
) -> None:
    if latest == "release":
        change(settings, "UPDATE releases SET published_at = '2099-01-01 00:00:00'")
    else:
        opened = open_backend(settings)
        opened.inquiries.add([inquiry(1, asked_at=now() + timedelta(hours=1))])
        opened.close()
    assert looked()["時計"] == "bad"
