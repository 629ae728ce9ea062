"""PostgreSQL stopped for a minute while citizens go on asking: all are answered, all is kept."""

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import SMALL_CITY
from tests.faults.steady_asking import asking_steadily
from tests.faults.test_kill import exported_ids
from tests.faults.test_shared_database import wait_until_all_is_stored
from tests.postgres import running_postgres
from tests.running import run_command, serve_process

A_SECOND = 50
BEFORE = 10
WITHOUT = 60


@pytest.mark.acceptance
def test_a_minute_without_postgresql_costs_nobody_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_postgres() as postgres:
        monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.empty())
        monkeypatch.setenv("TOIAWASE_SECRET_KEY_FILE", str(tmp_path / "secret.key"))
        state = tmp_path / "one"
        migrated = run_command("migrate", state=state, faq=SMALL_CITY)
        assert migrated.returncode == 0, migrated.stderr
        with serve_process(state, SMALL_CITY) as process:
            with asking_steadily([process.address], A_SECOND) as told:
                began = time.monotonic()
                time.sleep(BEFORE)
                postgres.stop()
                stopped = time.monotonic()
                time.sleep(WITHOUT)
                postgres.start()
                back = time.monotonic()
                wait_until_all_is_stored(process)
                stored = time.monotonic()
                time.sleep(2)
            wait_until_all_is_stored(process)
        assert told.failed == []
        assert told.unrecorded == 0
        assert Counter(exported_ids(state)) == Counter(told.acknowledged)
    print(  # noqa: T201
        f"\nPostgreSQL away for {back - stopped:.0f} s at {A_SECOND} questions/s: "
        f"{len(told.acknowledged):,} answered and stored once, {stored - back:.1f} s after its "
        f"return\nbefore: {told.between(began, stopped)}\nwithout: {told.between(stopped, back)}"
    )
