"""Two replicas and a console behind nginx: restarted, published to, lied to."""

import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.conftest import SMALL_CITY
from tests.faults.test_kill import assert_kept_once
from tests.nginx import Nginx, running_nginx
from tests.postgres import Postgres
from tests.running import Process, free_port, run_command, serve_process

pytestmark = pytest.mark.acceptance

A_SECOND = 50
TRIES = 3
AWAY = {502, 503, 504}


class City:
    """Two replicas for citizens and one console, on one database, behind nginx."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.faq = Path(shutil.copytree(SMALL_CITY, folder / "faq"))
        self.settings = {"TOIAWASE_TRUSTED_PROXIES": "127.0.0.1", **settings}
        self.processes: dict[str, Process] = {}
        self._stack = ExitStack()

    def start(self, name: str) -> None:
        """Start a process where it was before; it is ready afterwards."""
        before = self.processes.get(name)
        port = httpx.URL(before.address).port if before else free_port()
        only = "staff" if name == "staff" else "public"
        serving = serve_process(
            self.folder / name, self.faq, "--only", only, port=port, **self.settings
        )
        self.processes[name] = self._stack.enter_context(serving)

    def stop(self, name: str) -> float:
        """Stop a process as a supervisor does; returns how long it took."""
        began = time.monotonic()
        self.processes[name].popen.send_signal(signal.SIGTERM)
        self.processes[name].popen.wait(timeout=20)
        return time.monotonic() - began

    @contextmanager
    def open(self) -> Iterator[Nginx]:
        """Start all three, the console first, and nginx."""
        with self._stack:
            for name in ("staff", "public-1", "public-2"):
                self.start(name)
            places = {name: one.address.removeprefix("http://") for name, one in self._each()}
            yield self._stack.enter_context(running_nginx(places))

    def _each(self) -> list[tuple[str, Process]]:
        return [*self.processes.items()]


@pytest.fixture
def folder(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.migrated())
    monkeypatch.setenv("TOIAWASE_SECRET_KEY_FILE", str(tmp_path / "secret.key"))
    return tmp_path


class Asked(NamedTuple):
    """How one question went."""

    inquiry_id: str | None
    retries: int
    seconds: float


class Crowd:
    """Citizens who ask so many questions a second, whatever becomes of the ones before."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=20)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._ask_all)
        self.asked: list[Asked] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._ending.set()
            self._thread.join()
            self._client.close()

    def _ask_all(self) -> None:
        began, number = time.monotonic(), 0
        with ThreadPoolExecutor(32) as pool:
            futures = []
            while not self._ending.wait(max(0, began + number / A_SECOND - time.monotonic())):
                futures.append(pool.submit(self._ask, number))
                number += 1
        self.asked = [future.result() for future in futures]

    def _ask(self, number: int) -> Asked:
        began = time.monotonic()
        for retries in range(TRIES):
            try:
                answer = self._client.post(
                    "/api/v1/questions", json={"text": f"粗大ごみを捨てたい {number}"}
                )
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return Asked(answer.json()["inquiry_id"], retries, time.monotonic() - began)
            assert answer.status_code in AWAY, answer.text
            time.sleep(0.2)
        return Asked(None, TRIES, time.monotonic() - began)


@pytest.mark.parametrize("drain", ["0", "2"])
def test_nobody_notices_a_rolling_restart(
    folder: Path, drain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    city = City(folder, TOIAWASE_DRAIN_SECONDS=drain)
    with city.open() as nginx:
        crowd = Crowd(nginx.address)
        with crowd.asking():
            for name in ("public-1", "public-2"):
                time.sleep(2)
                took = city.stop(name)
                assert took < float(drain) + 10
                city.start(name)
            time.sleep(2)
        requests, complaints = nginx.logged, nginx.complaints
    acknowledged = [one.inquiry_id for one in crowd.asked if one.inquiry_id]
    passed_on = [one for one in requests if "," in str(one["upstream"])]
    statuses = Counter(one["status"] for one in requests)
    with capsys.disabled():
        print(  # noqa: T201
            f"\ndrain {drain} s: {len(crowd.asked)} questions, "
            f"{len(crowd.asked) - len(acknowledged)} failed, "
            f"{sum(one.retries for one in crowd.asked)} tried again by the client, "
            f"{len(passed_on)} by nginx; slowest {max(one.seconds for one in crowd.asked):.2f} s; "
            f"statuses {dict(statuses)}"
        )
    assert len(crowd.asked) > 8 * A_SECOND
    assert len(acknowledged) == len(crowd.asked)
    assert passed_on, "no replica was away, which proves nothing"
    assert_kept_once(folder / "staff", acknowledged)
    assert "127.0.0.1" not in complaints


def release_of(process: Process) -> int:
    asked = {"text": "住民票ほしい"}
    answer = httpx.post(f"{process.address}/api/v1/questions", json=asked, timeout=20)
    return int(answer.json()["release"])


def test_both_replicas_switch_within_five_seconds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = City(folder)
    with city.open():
        replicas = [city.processes[name] for name in ("public-1", "public-2")]
        assert [release_of(replica) for replica in replicas] == [1, 1]
        entries = next((city.faq / "entries").glob("*.yaml"))
        entries.write_text(f"# Looked at again.\n{entries.read_text()}", encoding="utf-8")
        done = run_command("publish", "--reason", "見直し", state=folder / "staff", faq=city.faq)
        assert done.returncode == 0, done.stdout + done.stderr
        committed = time.monotonic()
        while [release_of(replica) for replica in replicas] != [2, 2]:
            assert time.monotonic() < committed + 5
            time.sleep(0.05)
        took = time.monotonic() - committed
    with capsys.disabled():
        print(f"\nboth replicas switched {took:.2f} s after the command ended")  # noqa: T201


def test_each_address_reaches_who_is_to_answer(folder: Path) -> None:
    city = City(folder)
    with city.open() as nginx, httpx.Client(base_url=nginx.address, timeout=20) as client:
        for path in ("/metrics", "//metrics", "/%6detrics", "/metrics/"):
            assert httpx.get(nginx.address + path).status_code == 404, path
        assert httpx.get(f"{city.processes['public-1'].address}/metrics").status_code == 200
        assert client.get("/staff/sign-in").status_code == 200
        assert httpx.get(f"{city.processes['public-1'].address}/staff/").status_code == 404
        assert client.get("/faq/").status_code == 200
        assert httpx.get(f"{city.processes['staff'].address}/faq/").status_code == 404
        assert client.get("/readyz").json() == {"status": "ok"}


def test_the_widget_comes_as_the_service_sends_it(folder: Path) -> None:
    city = City(folder)
    with city.open() as nginx:
        for path in ("/widget/v1.js", "/", "/faq/"):
            here = httpx.get(nginx.address + path)
            there = httpx.get(city.processes["public-1"].address + path)
            kept = {"cache-control", "etag", "content-security-policy", "content-encoding"}
            assert [(name, here.headers.get(name)) for name in kept] == [
                (name, there.headers.get(name)) for name in kept
            ]


def test_a_forged_address_is_not_believed(folder: Path) -> None:
    city = City(folder, TOIAWASE_RATE_LIMIT="5")
    with city.open() as nginx, httpx.Client(base_url=nginx.address, timeout=20) as client:
        statuses = Counter(
            client.post(
                "/api/v1/questions",
                json={"text": "粗大ごみ"},
                headers={"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": "for=192.0.2.1"},
            ).status_code
            for number in range(20)
        )
    # Each of the two replicas counts for itself, and a bucket fills again by one in 12 s.
    assert statuses.keys() == {200, 429}
    assert 10 <= statuses[200] <= 14


def test_errors_of_nginx_have_the_shape_of_the_service(folder: Path) -> None:
    city = City(folder)
    with city.open() as nginx, httpx.Client(base_url=nginx.address, timeout=20) as client:
        large = client.post("/api/v1/questions", content=b" " * (64 * 1024 + 1))
        for name in ("public-1", "public-2"):
            city.stop(name)
        away = client.post("/api/v1/questions", json={"text": "粗大ごみ"})
        page = client.get("/faq/")
        assert client.get("/staff/sign-in").status_code == 200
        city.start("public-2")
        assert client.get("/faq/").status_code == 200
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")
    assert (away.status_code, away.json()["error"]["code"]) == (503, "unavailable")
    assert set(away.json()["error"]) == {"code", "message", "field", "request_id"}
    assert away.headers["retry-after"] == "5"
    assert (page.status_code, "ただいま準備中です" in page.text) == (503, True)
