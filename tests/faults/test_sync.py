"""What the system is asked to do before a record is acknowledged, as strace sees it."""

import re
import shutil
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.conftest import SMALL_CITY
from tests.faults.test_kill import exported_ids
from tests.faults.test_shared_database import wait_until_all_is_stored
from tests.running import Process, serve_process

pytestmark = pytest.mark.acceptance

CALLS = "fdatasync,fsync,sendto,sendmsg,write,writev,recvfrom,recvmsg,read"
SYNCED = re.compile(r"(fdatasync|fsync)(\(\d+\)| resumed>\)) += 0")
ASKED = re.compile(r"(recvfrom|read)(\(\d+, | resumed>).*POST /api/v1/questions")
ANSWERED = re.compile(r"(sendto|write|sendmsg)\(\d+, .*HTTP/1\.1 200")


def traced(log: Path, *more: str) -> list[str]:
    """Return the command that runs another and writes down what it asks of the system.

    With -D it is the other that the caller has started, and can send signals to.
    """
    found = shutil.which("strace")
    assert found, "strace is needed: install it"
    return [found, "-D", "-f", "-qq", "-s", "60", "-e", f"trace={CALLS}", *more, "-o", str(log)]


def ask(process: Process, many: int) -> list[str]:
    """Ask one question after the other; return the ids, empty where there is no record."""
    with httpx.Client(base_url=process.address, timeout=60) as client:
        asked = [
            client.post("/api/v1/questions", json={"text": f"粗大ごみを捨てたい {number}"})
            for number in range(many)
        ]
    assert {answer.json()["kind"] for answer in asked} == {"answered"}
    return [answer.json()["inquiry_id"] for answer in asked]


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


def order_of(log: Path) -> list[str]:
    """Return what happened, in order: asked, synced, answered."""
    found: list[str] = []
    for line in log.read_text(errors="replace").splitlines():
        for pattern, what in ((ASKED, "asked"), (SYNCED, "synced"), (ANSWERED, "answered")):
            if pattern.search(line):
                found.append(what)
    return found


def unsynced(order: list[str]) -> int:
    """Count the answers without a sync between the question and them."""
    bad, synced, waiting = 0, False, False
    for what in order:
        if what == "asked":
            synced, waiting = False, True
        elif what == "synced":
            synced = True
        elif waiting:
            bad += not synced
            waiting = False
    return bad


def test_every_acknowledgement_comes_after_a_sync(tmp_path: Path, state: Path) -> None:
    log = tmp_path / "calls"
    with serve_process(state, SMALL_CITY, within=traced(log)) as process:
        acknowledged = ask(process, 40)
        process.popen.terminate()
        process.popen.wait(timeout=30)
    order = order_of(log)
    assert order.count("asked") == 40
    assert unsynced(order) == 0
    assert Counter(exported_ids(state)) == Counter(acknowledged)
    print(f"\n40 questions: {order.count('synced')} syncs, each before its answer")  # noqa: T201


def ask_while_syncs_fail(state: Path, when: str, many: int) -> list[str]:
    """Ask a service whose syncs fail at times, as strace counts them, then kill it."""
    fail = ("-e", f"inject=fdatasync,fsync:error=EIO:when={when}")
    within = traced(state.parent / "calls", *fail)
    with serve_process(state, SMALL_CITY, within=within) as process:
        asked = ask(process, many)
        process.popen.kill()
        process.popen.wait(timeout=30)
    return asked


def test_a_sync_that_fails_is_never_acknowledged(state: Path) -> None:
    """From some point on, no sync succeeds: neither the database nor the spool is durable."""
    asked = ask_while_syncs_fail(state, "30+", 60)
    acknowledged = [one for one in asked if one]
    assert 0 < len(acknowledged) < 60
    assert asked[-1] == ""
    kept = Counter(exported_ids(state))
    assert [one for one in acknowledged if kept[one] != 1] == []
    print(f"\n{len(acknowledged)} acknowledged before syncs failed, {60 - len(acknowledged)} not")  # noqa: T201


def test_a_sync_that_fails_now_and_then_loses_nothing(state: Path) -> None:
    asked = ask_while_syncs_fail(state, "20+7", 80)
    acknowledged = [one for one in asked if one]
    with serve_process(state, SMALL_CITY) as process:
        wait_until_all_is_stored(process)
    kept = Counter(exported_ids(state))
    assert [one for one in acknowledged if kept[one] != 1] == []
    assert max(kept.values()) == 1
    print(f"\n{len(acknowledged)} of 80 acknowledged, none lost")  # noqa: T201
