"""The HTTP API and its one error shape, over real HTTP."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.backend import Backend
from channels.web.body_limit import MAX_BODY
from tests.conftest import NOON, SWITCH_SECONDS, serving


def ask(site: httpx.Client, text: str, **more: object) -> dict[str, object]:
    response = site.post("/api/v1/questions", json={"text": text, **more})
    assert response.status_code == 200, response.text
    reply: dict[str, object] = response.json()
    return reply


def test_an_answer_has_the_shape_of_the_contract(site: httpx.Client) -> None:
    reply = ask(site, "引っ越してきた 何をする", context={"ward": "北区"}, session="s1", lang="ja")
    assert set(reply) == {
        "inquiry_id",
        "kind",
        "confidence",
        "answer",
        "answers",
        "candidates",
        "clarification",
        "prompt",
        "prompt_lang",
        "contact",
        "emergency",
        "urgent",
        "private",
        "links",
        "sentence",
        "ward",
        "ward_question",
        "unfound",
        "days",
        "notices",
        "release",
    }
    assert (reply["kind"], reply["prompt"], reply["release"]) == ("answered", None, 1)
    answer = reply["answer"]
    assert isinstance(answer, dict)
    assert answer["entry_id"] == "tennyu"
    assert answer["reviewed_on"] == "2026-04-01"
    assert answer["links"] == [
        {"title": "転入届", "url": "https://www.city.kohamate.example/tennyu/"}
    ]
    assert "<strong>転入届</strong>" in answer["html"]
    assert "・転出証明書" in answer["text"]
    assert "（https://www.city.kohamate.example/tennyu/）" in answer["text"]
    assert reply["answers"] == [answer]
    assert reply["contact"] == answer["contact"]
    assert reply["contact"] == {
        "name": "北区役所 区民課",
        "telephone": "0999-11-0001",
        "hours": "月〜金 8:30〜12:00、13:00〜17:00、第2・第4土 8:30〜12:30（土曜窓口）"
        "（祝日・年末年始を除く）",
        "open_now": False,
        "closes_at": None,
        "next_opening": "2026-11-24T13:00:00+09:00",
        "status": "ただいま受付時間外です。次の受付は今日 13:00からです",
        "url": "",
    }


def test_the_other_kinds_of_reply(site: httpx.Client) -> None:
    nothing = ask(site, "明日の天気は？")
    assert (nothing["kind"], nothing["answer"], nothing["answers"]) == ("unanswered", None, [])
    assert "見つかりませんでした" in str(nothing["prompt"])
    assert nothing["contact"]["name"] == "コールセンター"  # type: ignore[index]
    unsure = ask(site, "区役所の場所")
    assert unsure["kind"] == "unsure"
    assert unsure["candidates"]
    fixed = ask(site, "火事です")
    assert (fixed["kind"], fixed["candidates"]) == ("fixed", [])
    assert fixed["emergency"] == [{"name": "消防", "telephone": "119"}]
    beneath = ask(site, "火が出た 粗大ごみの出し方を教えてください")
    assert (beneath["kind"], beneath["urgent"], beneath["answer"]) == ("fixed", True, None)
    assert beneath["candidates"][0]["entry_id"] == "sodai-gomi"  # type: ignore[index]
    assert len(beneath["candidates"]) <= 3  # type: ignore[arg-type]
    assert ask(site, "引っ越してきた 何をする", lang="en")["answer"]["lang"] == "en"  # type: ignore[index]
    assert ask(site, "引っ越してきた 何をする", lang="xx")["answer"]["lang"] == "ja"  # type: ignore[index]


def test_feedback_can_be_given_again(site: httpx.Client, backend: Backend) -> None:
    inquiry = ask(site, "粗大ごみを捨てたい")["inquiry_id"]
    for helpful in (True, False):
        sent = {"inquiry_id": inquiry, "helpful": helpful, "reason": "090-1234-5678にください"}
        response = site.post("/api/v1/feedback", json=sent)
        assert response.json() == {"inquiry_id": inquiry, "helpful": helpful}
    assert [miss.reason for miss in backend.inquiries.misses(5)] == ["not_helpful"]


def test_suggestions_and_topics_show_public_entries_only(site: httpx.Client) -> None:
    found = site.get("/api/v1/suggestions", params={"q": "粗大"}).json()
    assert found[0] == {"entry_id": "sodai-gomi", "question": "粗大ごみの出し方を教えてください。"}
    assert site.get("/api/v1/suggestions").json() == []
    topics = site.get("/api/v1/topics").json()
    assert [topic["topic"] for topic in topics] == ["ごみ", "引っ越し", "証明書"]
    listed = {entry["entry_id"] for topic in topics for entry in topic["entries"]}
    assert "counter-manual" not in listed
    assert "battery-campaign" in listed


def test_health_and_readiness(site: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        assert site.get(path).json() == {"status": "ok"}


ERRORS = [
    ("POST", "/api/v1/questions", b"{", 400, "invalid_json", None),
    ("POST", "/api/v1/questions", b"", 422, "invalid_request", None),
    ("POST", "/api/v1/questions", b"[]", 422, "invalid_request", None),
    ("POST", "/api/v1/questions", b'{"text": 5}', 422, "invalid_request", "text"),
    ("POST", "/api/v1/questions", b'{"text": NaN}', 422, "invalid_request", "text"),
    ("POST", "/api/v1/questions", b'{"text": "a", "x": 1}', 422, "invalid_request", "x"),
    ("POST", "/api/v1/questions", b'{"text": " "}', 422, "empty", "text"),
    ("POST", "/api/v1/questions", b'{"text": "\\ud83d"}', 422, "empty", "text"),
    (
        "POST",
        "/api/v1/questions",
        json.dumps({"text": "a" * 501}).encode(),
        422,
        "too_long",
        "text",
    ),
    ("POST", "/api/v1/questions", b"a" * (MAX_BODY + 1), 413, "too_large", None),
    (
        "POST",
        "/api/v1/feedback",
        b'{"inquiry_id": "x", "helpful": true}',
        404,
        "unknown_inquiry",
        "inquiry_id",
    ),
    (
        "POST",
        "/api/v1/feedback",
        b'{"inquiry_id": "x", "helpful": "yes"}',
        422,
        "invalid_request",
        "helpful",
    ),
    ("GET", "/api/v1/questions", b"", 405, "method_not_allowed", None),
    ("GET", "/api/v1/nothing", b"", 404, "not_found", None),
    ("GET", "/api/v1/suggestions?q=" + "a" * 501, b"", 422, "invalid_request", "q"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "field"), ERRORS)
def test_every_error_has_one_shape(
    site: httpx.Client,
    method: str,
    path: str,
    body: bytes,
    status: int,
    code: str,
    field: str | None,
) -> None:
    headers = {"content-type": "application/json"}
    response = site.request(method, path, content=body, headers=headers)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"code", "message", "field", "request_id"}
    assert (error["code"], error["field"]) == (code, field)
    assert error["request_id"] == response.headers["x-request-id"]
    assert error["message"].endswith("。")


@pytest.mark.parametrize(
    "body",
    [
        *(case[2] for case in ERRORS if case[1] == "/api/v1/questions"),
        '{"text": "ごみの収集日はいつですか。", "context": {"ward": "kita"}}'.encode(),
        '{"text": "ごみの日", "session": null, "lang": "en", "context": {}}'.encode(),
        '{"text": "ごみ", "text": "引っ越し"}'.encode(),
        '\ufeff{"text": "ごみ"}'.encode(),
        '{"text": "ごみ"}'.encode("utf-16"),
        b'{"text": "\\ud83d"}',
        b'{"text": "\\ud83d\\ude00\\u0000 ok"}',
        b'{"text": "a", "session": NaN}',
        b'{"text": "a", "lang": "12345678901"}',
        b'{"text": "a", "context": {"ward": 1}}',
        b'{"text": "a"} x',
        b"null",
        b"",
    ],
)
def test_questions_are_answered_alike_ahead_of_the_router_and_by_it(
    site: httpx.Client, body: bytes
) -> None:
    def told(content_type: str) -> tuple[int, object]:
        headers = {"content-type": content_type}
        response = site.post("/api/v1/questions", content=body, headers=headers)
        return response.status_code, _without_ids(response.json())

    assert told("application/json") == told("application/json; charset=utf-8")


def _without_ids(told: Any) -> Any:
    # What is answered twice has an id of its own each time.
    told.get("error", {}).pop("request_id", None)
    told.pop("inquiry_id", None)
    return told


def test_a_body_that_hides_its_length_is_cut_off_too(site: httpx.Client) -> None:
    def chunks():  # type: ignore[no-untyped-def]
        for _ in range(40):
            yield b" " * 4_096

    headers = {"content-type": "application/json"}
    response = site.post("/api/v1/questions", content=chunks(), headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_before_a_release_the_service_says_it_is_not_ready(tmp_path: Path) -> None:
    from channels.backend import open_backend
    from channels.settings import Settings

    empty = open_backend(Settings(state_folder=tmp_path / "empty"), lambda: NOON)
    with serving(empty) as address, httpx.Client(base_url=address) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["error"]["code"]) == (503, "unavailable")
        assert ready.headers["retry-after"]
        asked = client.post("/api/v1/questions", json={"text": "ごみ"})
        assert asked.status_code == 503
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "ただいま準備中です" in page.text


def test_a_failing_store_costs_no_answer_and_acknowledges_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_inquiries: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(type(backend.inquiries), "add", lambda _self, group: fail(group))
    with serving(backend) as address, httpx.Client(base_url=address) as client:
        response = client.post("/api/v1/questions", json={"text": "ごみの日"})
        assert response.status_code == 200
        assert (response.json()["kind"], response.json()["inquiry_id"]) == ("unsure", "")
        assert "toiawase_unrecorded_total 1.0" in client.get("/metrics").text


def test_every_page_forbids_foreign_content(site: httpx.Client) -> None:
    for path in ("/", "/chat", "/faq/", "/faq/tennyu", "/api/v1/topics", "/static/site.css"):
        headers = site.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_only_named_origins_may_ask_from_their_pages(backend: Backend) -> None:
    from dataclasses import replace

    allowed = "https://www.city.kohamate.example"
    settings = backend.settings.model_copy(update={"allowed_origins": (allowed,)})
    with serving(replace(backend, settings=settings)) as address:
        for origin, expected in ((allowed, allowed), ("https://elsewhere.example", None)):
            response = httpx.get(f"{address}/api/v1/topics", headers={"origin": origin})
            assert response.headers.get("access-control-allow-origin") == expected


def test_a_new_release_is_served_soon(
    site: httpx.Client, backend: Backend, city_folder: Path
) -> None:
    import time

    path = city_folder / "entries" / "gomi.yaml"
    path.write_text(path.read_text().replace("区によって曜日がちがいます。", "毎週月曜日です。"))
    draft = backend.publisher.draft(city_folder, (), NOON + timedelta(hours=1))
    backend.publisher.publish(draft, NOON, reason="", by="test")
    deadline = time.monotonic() + SWITCH_SECONDS
    while ask(site, "ごみの収集日はいつですか。")["release"] != 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "毎週月曜日" in str(ask(site, "ごみの収集日はいつですか。")["answer"])


def test_no_suggestion_names_what_only_staff_may_read(site: httpx.Client, backend: Backend) -> None:
    book = backend.shelf.desk().book
    hidden = [entry for entry in book.entries if entry.audience == "staff"]
    assert hidden
    for entry in hidden:
        for typed in (entry.question, entry.question[:6], *entry.phrasings, "払い戻し"):
            found = site.get("/api/v1/suggestions", params={"q": typed}).json()
            assert entry.id not in [one["entry_id"] for one in found], typed
