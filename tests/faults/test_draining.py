"""Between SIGTERM and the end: load balancers are told first, citizens are answered till last."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import SAMPLE_CITY, SMALL_CITY
from tests.faults.test_kill import assert_kept_once
from tests.postgres import Postgres
from tests.running import (
    TOIAWASE,
    TRACEBACK,
    Process,
    environment,
    free_port,
    serve_process,
)

DRAIN = 4.0


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


def ask(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/questions", json={"text": "粗大ごみを捨てたい"})


def look_until_it_stops(client: httpx.Client) -> list[int]:
    """Return what /readyz said, up to the first time that it was not ready."""
    statuses = [200]
    deadline = time.monotonic() + DRAIN
    while statuses[-1] == 200 and time.monotonic() < deadline:
        statuses.append(client.get("/readyz").status_code)
        time.sleep(0.02)
    return statuses


@contextmanager
def drained(process: Process) -> Iterator[list[str]]:
    """Send SIGTERM and yield once /readyz has noticed; then answers must go on to the end.

    What is yielded receives the ids that were acknowledged during the drain.
    """
    acknowledged: list[str] = []
    with httpx.Client(base_url=process.address, timeout=20) as client:
        before = ask(client)
        acknowledged.append(before.json()["inquiry_id"])
        assert "connection" not in before.headers
        began = time.monotonic()
        process.popen.send_signal(signal.SIGTERM)
        assert look_until_it_stops(client)[-1] == 503
        yield acknowledged
        while True:
            try:
                answer = ask(client)
            except httpx.TransportError:
                break
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            acknowledged.append(answer.json()["inquiry_id"])
        assert time.monotonic() - began >= DRAIN - 0.5
    process.popen.wait(timeout=15)
    assert TRACEBACK not in process.written + process.logged


def test_readiness_fails_before_anything_else_does(state: Path) -> None:
    with serve_process(state, SMALL_CITY, TOIAWASE_DRAIN_SECONDS=str(DRAIN)) as process:
        with drained(process) as acknowledged:
            told = httpx.get(f"{process.address}/readyz", timeout=20)
            assert (told.status_code, told.json()) == (503, {"status": "stopping"})
            assert httpx.get(f"{process.address}/healthz", timeout=20).status_code == 200
    assert len(acknowledged) > 10
    assert_kept_once(state, acknowledged)


def test_each_of_several_workers_drains(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.migrated())
    monkeypatch.setenv("TOIAWASE_SECRET_KEY_FILE", str(tmp_path / "secret.key"))
    state = tmp_path / "var"
    drain = {"TOIAWASE_DRAIN_SECONDS": str(DRAIN)}
    with serve_process(state, SMALL_CITY, "--workers", "2", **drain) as process:
        with drained(process) as acknowledged:
            pass
        assert process.popen.returncode == 0
    assert len(acknowledged) > 10
    assert_kept_once(state, acknowledged)


def test_a_second_signal_ends_the_drain(state: Path) -> None:
    with serve_process(state, SMALL_CITY, TOIAWASE_DRAIN_SECONDS="60") as process:
        process.popen.terminate()
        with httpx.Client(base_url=process.address, timeout=20) as client:
            assert look_until_it_stops(client)[-1] == 503
        process.popen.terminate()
        process.popen.wait(timeout=20)
        assert TRACEBACK not in process.written


def test_ctrl_c_does_not_wait(state: Path) -> None:
    with serve_process(state, SMALL_CITY, TOIAWASE_DRAIN_SECONDS="60") as process:
        assert process.stop(signal.SIGINT) == 0


def test_sigterm_is_an_end_like_any_other(state: Path) -> None:
    with serve_process(state, SMALL_CITY) as process:
        with httpx.Client(base_url=process.address, timeout=20) as client:
            assert ask(client).status_code == 200
        assert process.stop(signal.SIGTERM) == 0
        assert process.written.endswith("止まりました。\n")
    # The log of SQLite is folded into the one file that people copy.
    assert [path.name for path in state.glob("toiawase.db*")] == ["toiawase.db"]


def test_sigterm_stops_even_the_first_publishing(tmp_path: Path) -> None:
    popen = subprocess.Popen(
        [*TOIAWASE, "serve", "--port", str(free_port())],
        env=environment(tmp_path / "var", SAMPLE_CITY),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    index = tmp_path / "var" / "index"
    deadline = time.monotonic() + 60
    while not index.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    popen.terminate()
    written, _ = popen.communicate(timeout=30)
    assert popen.returncode == 1
    assert TRACEBACK not in written.decode()
