"""What several tests of faults need: an account on LINE, machines that share a database."""

from pathlib import Path

import pytest

from tests.channels.line.account import account, line_platform
from tests.conftest import SMALL_CITY
from tests.postgres import Postgres
from tests.running import run_command

__all__ = ["account", "line_platform"]


@pytest.fixture
def shared(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of two machines that share a database, which commands find."""
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.empty())
    monkeypatch.setenv("TOIAWASE_SECRET_KEY_FILE", str(tmp_path / "secret.key"))
    migrated = run_command("migrate", state=tmp_path / "one", faq=SMALL_CITY)
    assert migrated.returncode == 0, migrated.stderr
    return tmp_path
