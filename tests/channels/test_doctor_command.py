"""`doctor`: what is wrong is found, said, and never a traceback."""

import json
import shutil
import sqlite3
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from channels.cli import group
from channels.settings import Settings


@pytest.fixture
def looked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Return a look at the small city: the mark of each thing, by its name."""
    monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(settings.state_folder))
    monkeypatch.setenv("TOIAWASE_FAQ_FOLDER", str(settings.draft_folder))

    def look() -> dict[str, str]:
        done = CliRunner().invoke(group, ["doctor", "--json"])
        found = json.loads(done.output)
        assert done.exit_code == any(one["mark"] == "bad" for one in found)
        assert all(one["todo"] for one in found if one["mark"] != "ok")
        return {one["what"]: one["mark"] for one in found}

    return look


def test_a_healthy_city_has_nothing_to_do(looked: Callable[[], dict[str, str]]) -> None:
    found = looked()
    assert set(found.values()) == {"ok"}, found
    assert len(found) == 9
    assert "○ 公開版：公開版 1" in CliRunner().invoke(group, ["doctor"]).output


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


def test_a_clock_that_is_behind_is_found(
    looked: Callable[[], dict[str, str]], settings: Settings
) -> None:
    with sqlite3.connect(settings.state_folder / "toiawase.db") as store:
        store.execute("UPDATE releases SET published_at = '2099-01-01 00:00:00'")
    store.close()
    assert looked()["時計"] == "bad"
