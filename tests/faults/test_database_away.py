"""What an absence of the database costs citizens: no answer, and no record."""

import logging
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from channels.backend import Backend
from tests.conftest import SMALL_CITY, serving
from tests.faults.test_kill import exported_ids
from tests.running import TRACEBACK, serve_process

DEGRADED_AT_ONCE = 0.5
"""Well below the time-out of SQLite: those who ask while it is away do not wait for it."""


class Database:
    """Every database of this process, which a test makes refuse its work."""

    def __init__(self) -> None:
        self.is_gone = False
        self.is_full = False

    def statement(self, *_: object) -> None:
        if self.is_gone:
            raise OperationalError("gone", {}, Exception("gone"))

    def begin(self, connection: Connection) -> None:
        pages = 1 if self.is_full else 1 << 30  # SQLite takes what the file has now for one
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    event.listen(Engine, "before_cursor_execute", made.statement)
    event.listen(Engine, "begin", made.begin)
    yield made
    event.remove(Engine, "before_cursor_execute", made.statement)
    event.remove(Engine, "begin", made.begin)


@pytest.fixture
def site(backend: Backend, database: Database) -> Iterator[httpx.Client]:
    del database  # it must listen before the first connection is made
    with serving(backend) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def ask(client: httpx.Client, many: int) -> list[str]:
    """Ask so many questions; return the ids of their records, each of which was acknowledged."""
    found = []
    for number in range(many):
        text = f"粗大ごみを捨てたい {number} {'くわしく ' * 60}"
        answer = client.post("/api/v1/questions", json={"text": text})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["inquiry_id"])
    return found


def ready(client: httpx.Client) -> dict[str, object]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def wait_until_all_is_stored(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while ready(client) != {"status": "ok"}:
        assert time.monotonic() < deadline, ready(client)
        time.sleep(0.05)


def test_answers_go_on_without_any_database_and_each_inquiry_is_stored_once(
    site: httpx.Client, backend: Backend, database: Database
) -> None:
    acknowledged = ask(site, 5)
    database.is_gone = True
    acknowledged += ask(site, 30)
    assert ready(site) == {"status": "degraded", "spooled": 30}
    assert "toiawase_spool_depth 30.0" in site.get("/metrics").text
    database.is_gone = False
    wait_until_all_is_stored(site)
    acknowledged += ask(site, 5)
    assert Counter(one.id for one in backend.inquiries.each()) == Counter(acknowledged)


def test_answers_go_on_with_a_full_disk(
    site: httpx.Client, backend: Backend, database: Database
) -> None:
    acknowledged = ask(site, 2)
    database.is_full = True
    acknowledged += ask(site, 120)
    found = ready(site)
    assert found["status"] == "degraded"
    database.is_full = False
    wait_until_all_is_stored(site)
    assert Counter(one.id for one in backend.inquiries.each()) == Counter(acknowledged)


def test_feedback_is_kept_until_the_database_is_back(
    site: httpx.Client, backend: Backend, database: Database
) -> None:
    database.is_gone = True
    (asked,) = ask(site, 1)
    for helpful in (True, False):
        said = {"inquiry_id": asked, "helpful": helpful}
        assert site.post("/api/v1/feedback", json=said).status_code == 200
    database.is_gone = False
    wait_until_all_is_stored(site)
    (inquiry,) = backend.inquiries.each()
    heard = backend.inquiries.heard(inquiry.asked_at)
    assert [(one.id, helpful) for one, helpful in heard] == [(asked, False)]
    unknown = site.post("/api/v1/feedback", json={"inquiry_id": "nobody", "helpful": True})
    assert unknown.status_code == 404


def test_when_neither_takes_a_record_the_question_is_answered_all_the_same(
    site: httpx.Client, backend: Backend, database: Database
) -> None:
    folder = backend.settings.spool_folder
    folder.write_text("no folder")
    database.is_gone = True
    answer = site.post("/api/v1/questions", json={"text": "粗大ごみを捨てたい"}).json()
    assert (answer["kind"], answer["inquiry_id"]) == ("answered", "")
    assert "お役に立ちましたか" not in site.post("/chat", data={"text": "粗大ごみを捨てたい"}).text
    assert ready(site) == {"status": "degraded", "spooled": 0}
    assert "toiawase_unrecorded_total 2.0" in site.get("/metrics").text
    folder.unlink()
    acknowledged = ask(site, 3)
    database.is_gone = False
    wait_until_all_is_stored(site)
    assert Counter(one.id for one in backend.inquiries.each()) == Counter(acknowledged)


def test_an_absence_is_logged_when_it_begins_and_when_it_ends(
    site: httpx.Client, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    database.is_gone = True
    ask(site, 1)
    time.sleep(3.5)
    database.is_gone = False
    wait_until_all_is_stored(site)
    time.sleep(2.5)
    told = Counter(record.getMessage() for record in caplog.records)
    begun = [one for one in told if one.startswith("looking for") and "failed" in one]
    ended = [one for one in told if one.startswith("looking for") and "works again" in one]
    assert begun
    assert len(begun) == len(ended)
    once = [*begun, *ended, "the database is back"]
    assert {told[one] for one in once} == {1}
    assert sum(told[one] for one in told if one.startswith("the database is away")) == 1


@contextmanager
def locked(state: Path) -> Iterator[Callable[[], None]]:
    """Hold the lock of the database for writing; yields what lets it go."""
    with closing(sqlite3.connect(state / "toiawase.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield lambda: other.rollback()


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


def test_a_lock_that_somebody_holds_stops_one_answer_and_loses_none(state: Path) -> None:
    with serve_process(state, SMALL_CITY) as process:
        with httpx.Client(base_url=process.address, timeout=30) as client:
            acknowledged = ask(client, 3)
            with locked(state) as let_go:
                acknowledged += ask(client, 1)  # waits for SQLite's own time-out
                took = []
                for _ in range(40):
                    began = time.monotonic()
                    acknowledged += ask(client, 1)
                    took.append(time.monotonic() - began)
                assert ready(client) == {"status": "degraded", "spooled": 41}
                let_go()
            wait_until_all_is_stored(client)
        assert TRACEBACK not in process.written
    assert max(took) < DEGRADED_AT_ONCE
    assert Counter(exported_ids(state)) == Counter(acknowledged)


def test_what_waits_survives_a_kill(state: Path) -> None:
    with serve_process(state, SMALL_CITY) as process, locked(state):
        with httpx.Client(base_url=process.address, timeout=30) as client:
            acknowledged = ask(client, 30)
            assert ready(client) == {"status": "degraded", "spooled": 30}
        process.popen.kill()
        process.popen.wait()
    assert exported_ids(state) == []
    with serve_process(state, SMALL_CITY) as process:
        with httpx.Client(base_url=process.address, timeout=30) as client:
            wait_until_all_is_stored(client)
    assert Counter(exported_ids(state)) == Counter(acknowledged)
