"""What an end of one of several processes on PostgreSQL may cost: never an acknowledged record."""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import SMALL_CITY, SWITCH_SECONDS
from tests.faults.test_kill import (
    assert_kept_once,
    exported_ids,
    kill_again_and_again,
    kill_in_the_middle,
)
from tests.postgres import Postgres
from tests.running import Process, run_command, serve_process


def test_what_was_acknowledged_survives_a_kill(shared: Path) -> None:
    state = shared / "one"
    crowd = kill_in_the_middle(state, 300, random.Random(9))
    assert_kept_once(state, crowd.acknowledged)


@pytest.mark.acceptance
def test_what_was_acknowledged_survives_twenty_kills(shared: Path) -> None:
    kill_again_and_again(shared / "one", 20)


def release_of(process: Process) -> int:
    asked = {"text": "住民票ほしい"}
    answer = httpx.post(f"{process.address}/api/v1/questions", json=asked, timeout=20)
    return int(answer.json()["release"])


def test_both_machines_switch_to_what_is_published(shared: Path) -> None:
    with (
        serve_process(shared / "one", SMALL_CITY) as one,
        serve_process(shared / "two", SMALL_CITY) as two,
    ):
        assert [release_of(one), release_of(two)] == [1, 1]
        back = run_command("rollback", "1", state=shared / "one", faq=SMALL_CITY)
        assert back.returncode == 0, back.stderr
        deadline = time.monotonic() + SWITCH_SECONDS
        while [release_of(one), release_of(two)] != [2, 2]:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@contextmanager
def asking(process: Process) -> Iterator[list[int]]:
    """Ask all the time with a client that tries again; yields the statuses so far."""
    statuses: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answer = httpx.post(
                    f"{process.address}/api/v1/questions",
                    json={"text": "粗大ごみを捨てたい"},
                    timeout=20,
                )
            except httpx.TransportError:
                continue
            statuses.append(answer.status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()


def children_of(process: Process) -> list[int]:
    """Return the serving processes: those of its children that spawned processes are."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.popen.pid)],
        capture_output=True,
        text=True,
        check=False,  # it fails when there are none
    )
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [int(pid) for pid, how in lines if "spawn_main" in how]


def test_a_worker_that_dies_is_started_again(shared: Path) -> None:
    with serve_process(shared / "one", SMALL_CITY, "--workers", "2") as process:
        workers = children_of(process)
        assert len(workers) == 2
        with asking(process) as statuses:
            os.kill(workers[0], signal.SIGKILL)
            deadline = time.monotonic() + 60
            while len(set(children_of(process)) - {workers[0]}) < 2 or len(statuses) < 20:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert set(statuses) == {200}
        process.popen.terminate()
        process.popen.wait(timeout=30)
        assert children_of(process) == []


def ask(process: Process, many: int) -> list[str]:
    """Ask so many questions; return the ids of their records, each of which was acknowledged."""
    with httpx.Client(base_url=process.address, timeout=30) as client:
        answers = [
            client.post("/api/v1/questions", json={"text": f"粗大ごみを捨てたい {number}"})
            for number in range(many)
        ]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["kind"] for answer in answers} <= {"answered", "unsure"}
    return [answer.json()["inquiry_id"] for answer in answers]


def ready(process: Process) -> dict[str, object]:
    answer = httpx.get(f"{process.address}/readyz", timeout=30)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_until_all_is_stored(process: Process) -> None:
    deadline = time.monotonic() + 60
    while ready(process) != {"status": "ok"}:
        assert time.monotonic() < deadline, ready(process)
        time.sleep(0.1)


def test_answers_go_on_without_the_database_and_are_stored_once_it_is_back(
    shared: Path, postgres: Postgres
) -> None:
    url = os.environ["TOIAWASE_DATABASE_URL"]
    with serve_process(shared / "one", SMALL_CITY) as process:
        acknowledged = ask(process, 20)
        postgres.shut(url)
        acknowledged += ask(process, 40)
        assert ready(process) == {"status": "degraded", "spooled": 40}
        metrics = httpx.get(f"{process.address}/metrics", timeout=30).text
        assert "toiawase_spool_depth 40.0" in metrics
        postgres.open(url)
        wait_until_all_is_stored(process)
        acknowledged += ask(process, 5)
    assert Counter(exported_ids(shared / "one")) == Counter(acknowledged)


def test_what_waits_survives_a_kill(shared: Path, postgres: Postgres) -> None:
    url = os.environ["TOIAWASE_DATABASE_URL"]
    with serve_process(shared / "one", SMALL_CITY) as process:
        acknowledged = ask(process, 5)
        postgres.shut(url)
        acknowledged += ask(process, 30)
        process.popen.kill()
        process.popen.wait()
        postgres.open(url)
    assert len(exported_ids(shared / "one")) == 5
    with serve_process(shared / "one", SMALL_CITY) as process:
        wait_until_all_is_stored(process)
    assert Counter(exported_ids(shared / "one")) == Counter(acknowledged)


def test_what_waits_with_a_worker_that_is_killed_is_stored_once(
    shared: Path, postgres: Postgres
) -> None:
    url = os.environ["TOIAWASE_DATABASE_URL"]
    with serve_process(shared / "one", SMALL_CITY, "--workers", "2") as process:
        wait_for(lambda: process.logged.count("questions are being answered") == 2)
        workers, spool = children_of(process), shared / "one" / "spool"
        postgres.shut(url)
        acknowledged: list[str] = []

        def both_have_kept() -> bool:
            # A connection reaches either worker.
            acknowledged.extend(ask(process, 1))
            return len(list(spool.glob("*.log"))) == 2

        wait_for(both_have_kept)
        os.kill(workers[0], signal.SIGKILL)
        # The one that is left goes on, whatever becomes of the one started in place of the other.
        until = time.monotonic() + 6
        while time.monotonic() < until:
            acknowledged += ask(process, 1)
        assert process.popen.poll() is None
        postgres.open(url)
        wait_for(lambda: not any(spool.glob("*.log")))
        process.popen.terminate()
        process.popen.wait(timeout=30)
    assert Counter(exported_ids(shared / "one")) == Counter(acknowledged)


def test_several_processes_need_postgresql(tmp_path: Path, published_state: Path) -> None:
    refused = run_command("serve", "--workers", "2", state=published_state, faq=SMALL_CITY)
    assert refused.returncode == 1
    assert "PostgreSQL" in refused.stderr


def test_an_address_has_one_budget_for_both_machines(shared: Path) -> None:
    limit = {"TOIAWASE_RATE_LIMIT": "20"}
    with (
        serve_process(shared / "one", SMALL_CITY, **limit) as one,
        serve_process(shared / "two", SMALL_CITY, **limit) as two,
        httpx.Client(timeout=20) as client,
    ):

        def status(process: Process) -> int:
            asked = {"text": "粗大ごみを捨てたい"}
            return client.post(f"{process.address}/api/v1/questions", json=asked).status_code

        assert [status(one) for _ in range(20)] == [200] * 20
        # It is told within a second or two; what comes meanwhile is answered.
        answered = 0
        while status(two) == 200:
            answered += 1
            assert answered < 15
            time.sleep(0.25)
