"""What an end of the process, wanted or not, may cost: never an acknowledged record."""

import json
import random
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conftest import SMALL_CITY
from tests.running import TRACEBACK, Process, run_command, serve_process

FEW = 8
MANY = 64
QUESTIONS = ("粗大ごみを捨てたい", "引っ越してきた 何をする", "明日の天気は？", "住民票ほしい")


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


class Crowd:
    """Citizens asking at once; remembers which records the service acknowledged."""

    def __init__(self, address: str, questions: int, askers: int = FEW) -> None:
        self.acknowledged: list[str] = []
        self.failed = 0
        self.ready_after = 0.0
        self._lock = threading.Lock()
        share = questions // askers
        self._threads = [
            threading.Thread(target=self._ask, args=(address, number, share))
            for number in range(askers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive()

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.001)

    def _ask(self, address: str, number: int, share: int) -> None:
        with httpx.Client(base_url=address, timeout=20) as client:
            for turn in range(share):
                text = f"{QUESTIONS[(number + turn) % len(QUESTIONS)]} {number}の{turn}"
                try:
                    response = client.post("/api/v1/questions", json={"text": text})
                except httpx.TransportError:
                    with self._lock:
                        self.failed += share - turn
                    return
                assert response.status_code == 200, response.text
                with self._lock:
                    self.acknowledged.append(response.json()["inquiry_id"])


def exported_ids(state: Path) -> list[str]:
    done = run_command("inquiries", "export", "--jsonl", state=state, faq=SMALL_CITY)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["id"] for line in done.stdout.splitlines()]


def kill_in_the_middle(
    state: Path, questions: int, chance: random.Random, askers: int = FEW
) -> Crowd:
    began = time.monotonic()
    with serve_process(state, SMALL_CITY) as process:
        crowd = Crowd(process.address, questions, askers)
        crowd.ready_after = time.monotonic() - began
        crowd.start()
        crowd.wait_for(int(questions * chance.uniform(0.15, 0.7)))
        time.sleep(chance.uniform(0, 0.02))
        process.popen.kill()
        crowd.wait()
    assert crowd.failed, "the kill came after the last answer and proves nothing"
    return crowd


def assert_kept_once(state: Path, acknowledged: list[str]) -> None:
    assert len(acknowledged) == len(set(acknowledged))
    kept = Counter(exported_ids(state))
    assert [one for one in acknowledged if kept[one] != 1] == []
    assert max(kept.values()) == 1


def kill_again_and_again(state: Path, kills: int) -> None:
    """Kill it in bursts of many askers, look at the records each time, and say how it went."""
    chance = random.Random(kills)
    acknowledged: list[str] = []
    back: list[float] = []
    for _ in range(kills):
        crowd = kill_in_the_middle(state, 1_920, chance, MANY)
        acknowledged += crowd.acknowledged
        back.append(crowd.ready_after)
        assert_kept_once(state, acknowledged)
    print(  # noqa: T201
        f"\n{kills} kills, {MANY} askers: {len(acknowledged):,} acknowledged, none lost or twice; "
        f"ready again after {min(back[1:]):.1f} to {max(back[1:]):.1f} s"
    )


def test_what_was_acknowledged_survives_a_kill(state: Path) -> None:
    crowd = kill_in_the_middle(state, 300, random.Random(20261124))
    assert_kept_once(state, crowd.acknowledged)


@pytest.mark.acceptance
def test_what_was_acknowledged_survives_twenty_kills(state: Path) -> None:
    kill_again_and_again(state, 20)
    with closing(sqlite3.connect(state / "toiawase.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def send_half_a_question(process: Process) -> tuple[socket.socket, bytes]:
    """Start a request that the service must wait for; returns what is still to be sent."""
    body = json.dumps({"text": "粗大ごみを捨てたい"}).encode()
    head = (
        "POST /api/v1/questions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", httpx.URL(process.address).port), 10)
    connection.sendall(head.encode() + body[:10])
    return connection, body[10:]


def read_answer(connection: socket.socket) -> tuple[str, bytes]:
    received = b""
    while part := connection.recv(65_536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode().splitlines()[0], body


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_answers_what_has_begun(state: Path, how: signal.Signals) -> None:
    with serve_process(state, SMALL_CITY) as process:
        crowd = Crowd(process.address, 800)
        crowd.start()
        crowd.wait_for(40)
        connection, rest = send_half_a_question(process)
        with connection:
            time.sleep(0.2)  # the service has read the half by now
            began = time.monotonic()
            process.popen.send_signal(how)
            time.sleep(0.2)
            connection.sendall(rest)
            status, body = read_answer(connection)
        process.popen.wait(timeout=10)
        took = time.monotonic() - began
        crowd.wait()
        written = process.written
    assert status == "HTTP/1.1 200 OK"
    assert took < 10
    assert TRACEBACK not in written, written
    assert_kept_once(state, [*crowd.acknowledged, json.loads(body)["inquiry_id"]])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_without_work_is_quick_and_quiet(state: Path, how: signal.Signals) -> None:
    with serve_process(state, SMALL_CITY) as process:
        began = time.monotonic()
        assert process.stop(how) == 0
        assert time.monotonic() - began < 30  # lost for good is what must not happen
        assert process.written.endswith("止まりました。\n")
        assert TRACEBACK not in process.written
        assert "Aborted" not in process.written


def test_a_second_service_on_the_same_folder_is_refused(state: Path) -> None:
    with serve_process(state, SMALL_CITY) as process:
        second = run_command("serve", "--port", "0", state=state, faq=SMALL_CITY)
        assert second.returncode == 1
        assert "すでに toiawase serve が動いています" in second.stderr
        assert TRACEBACK not in second.stderr
        assert httpx.get(f"{process.address}/readyz").status_code == 200


def test_a_start_after_a_kill_answers_soon(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_process(state, SMALL_CITY) as process:
        process.popen.kill()
    began = time.monotonic()
    with serve_process(state, SMALL_CITY) as process:
        asked = {"text": QUESTIONS[0]}
        response = httpx.post(f"{process.address}/api/v1/questions", json=asked, timeout=20)
        took = time.monotonic() - began
    assert response.json()["kind"] == "answered"
    with capsys.disabled():
        print(f"\nstart to first answer: {took:.2f} s")  # noqa: T201
