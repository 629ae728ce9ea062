"""Logs for machines: one JSON object a line, and never a citizen's words."""

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.logs import EVENT, REQUEST_ID, JsonLines
from tests.conftest import SMALL_CITY
from tests.running import serve_process

PLANTED = ("鷲尾ことね", "わしおことね", "090-8765-4321", "09087654321", "washio@example.jp")
TEXT = f"粗大ごみを捨てたい {PLANTED[0]} {PLANTED[1]} {PLANTED[2]} {PLANTED[4]}"


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    written = JsonLines().format(record)
    assert "\n" not in written
    told: dict[str, Any] = json.loads(written)
    return told


def record_of(message: str, *arguments: object, **around: Any) -> logging.LogRecord:
    made = logging.LogRecord("channels.here", logging.ERROR, "", 0, message, arguments, None)
    vars(made).update(around)
    return made


def test_a_line_says_when_where_and_in_which_request() -> None:
    token = REQUEST_ID.set("abc")
    try:
        told = line_of(record_of("release %s\nis serving", 3, created=0.5))
    finally:
        REQUEST_ID.reset(token)
    assert told == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "ERROR",
        "logger": "channels.here",
        "message": "release 3\nis serving",
        "request_id": "abc",
    }
    assert "request_id" not in line_of(record_of("outside of a request"))


def test_an_event_has_fields_of_its_own() -> None:
    told = line_of(record_of("request", **{EVENT: {"status": 200, "odd": Path("x")}}))
    assert told["status"] == 200


def test_an_exception_is_told_without_its_text() -> None:
    try:
        raise ValueError(TEXT)
    except ValueError:
        told = line_of(record_of("failed", exc_info=sys.exc_info()))
    assert told["exception"]["type"] == "builtins.ValueError"
    (frame,) = told["exception"]["stack"]
    assert frame["function"] == "test_an_exception_is_told_without_its_text"
    assert set(frame) == {"file", "line", "function"}
    assert not any(word in json.dumps(told, ensure_ascii=False) for word in PLANTED)


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


def test_a_process_logs_each_request_and_nothing_that_was_asked(state: Path) -> None:
    with serve_process(state, SMALL_CITY) as process:
        with httpx.Client(base_url=process.address, timeout=20) as site:
            ids = _ask_everywhere(site)
        process.popen.terminate()
        process.popen.wait(timeout=15)
        logged, written = process.logged, process.written
    assert [word for word in (*PLANTED, "127.0.0.1:5", "粗大ごみ") if word in logged] == []
    assert [word for word in PLANTED if word in written] == []
    lines = [json.loads(line) for line in logged.splitlines()]
    requests = {line["request_id"]: line for line in lines if line["message"] == "request"}
    assert set(ids) <= set(requests)
    assert {line["route"] for line in requests.values()} >= {
        "/api/v1/questions",
        "/api/v1/suggestions",
        "/api/v1/feedback",
        "/faq/{entry_id}",
        "/chat",
        "/static",
        "/staff/sign-in",
        "",
    }
    for line in requests.values():
        assert set(line) == {
            "time",
            "level",
            "logger",
            "message",
            "method",
            "route",
            "status",
            "milliseconds",
            "request_id",
        }
        assert line["milliseconds"] >= 0


def _ask_everywhere(site: httpx.Client) -> list[str]:
    """Ask in every way with words that must not be logged; return the ids of the requests."""
    name, telephone = PLANTED[0], PLANTED[3]
    asked = site.post("/api/v1/questions", json={"text": TEXT, "session": name})
    given = {"inquiry_id": asked.json()["inquiry_id"], "helpful": False, "reason": TEXT}
    answers = [
        asked,
        site.post("/api/v1/questions", json={"text": TEXT, name: telephone}),
        site.post("/api/v1/questions", content=TEXT.encode()),
        site.post("/api/v1/feedback", json=given),
        site.get("/api/v1/suggestions", params={"q": TEXT}),
        site.post("/chat", data={"text": TEXT}),
        site.post("/chat", data={"text": TEXT * 20}),
        site.get(f"/faq/{name}", params={"q": telephone}),
        site.get(f"/{name}/{telephone}"),
        site.get(f"/static/{name}.css"),
        site.post("/staff/sign-in", data={"name": name, "password": telephone}),
        site.get("/staff/sign-in", params={"then": f"/staff/{name}"}),
        site.request(f"X{telephone}", "/chat"),
    ]
    return [one.headers["x-request-id"] for one in answers]
