"""Notices and closed channels: at once, on every page, whatever has become of the index."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from channels.backend import Backend, open_backend
from channels.settings import Settings
from faq.notice import Notice
from tests.conftest import NOON, serving
from tests.running import run_command

PROMISED_SECONDS = 5
TAIFU = Notice("taifu", "danger", "台風のため<窓口>を休みます。", NOON - timedelta(hours=1))


@contextmanager
def site_of(backend: Backend) -> Iterator[httpx.Client]:
    with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client


def seen_within(promised: float, is_there: object) -> bool:
    deadline = time.monotonic() + promised
    while time.monotonic() < deadline:
        if is_there():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def test_a_notice_is_on_every_page_and_reply_until_it_ends(
    site: httpx.Client, backend: Backend
) -> None:
    assert site.get("/api/v1/notices").json() == []
    backend.board.put_up(TAIFU)
    later = Notice("later", "info", "あとの知らせ", NOON + timedelta(hours=1))
    backend.board.put_up(later)
    assert seen_within(PROMISED_SECONDS, lambda: site.get("/api/v1/notices").json())
    for path in ("/", "/chat", "/faq/", "/faq/tennyu", "/nowhere"):
        page = site.get(path, headers={"accept": "text/html"}).text
        assert "台風のため&lt;窓口&gt;を休みます。" in page, path
        assert "あとの知らせ" not in page
    reply = site.post("/api/v1/questions", json={"text": "ありがとう"}).json()
    assert [one["id"] for one in reply["notices"]] == ["taifu"]
    assert backend.board.take_down("taifu")
    assert not backend.board.take_down("taifu")
    assert seen_within(PROMISED_SECONDS, lambda: not site.get("/api/v1/notices").json())


def test_a_notice_is_shown_when_there_is_nothing_else(tmp_path: Path, city_folder: Path) -> None:
    backend = open_backend(
        Settings(state_folder=tmp_path / "empty", faq_folder=city_folder), lambda: NOON
    )
    backend.board.put_up(TAIFU)
    with site_of(backend) as site:
        page = site.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "台風のため&lt;窓口&gt;を休みます。" in page.text
        assert [one["id"] for one in site.get("/api/v1/notices").json()] == ["taifu"]


def test_a_notice_is_shown_while_the_index_is_broken(settings: Settings) -> None:
    backend = open_backend(settings, lambda: NOON)
    for array in settings.index_root.glob("*/*.npy"):
        array.write_bytes(b"broken")
    with site_of(backend) as site:
        backend.board.put_up(TAIFU)
        assert seen_within(PROMISED_SECONDS, lambda: site.get("/api/v1/notices").json())
        assert "台風のため" in site.get("/", headers={"accept": "text/html"}).text


def test_a_closed_channel_says_its_sentence_and_nothing_else(
    site: httpx.Client, backend: Backend
) -> None:
    backend.board.close("web", "ただいま止めています。", NOON)
    assert seen_within(PROMISED_SECONDS, lambda: site.get("/chat").status_code == 503)
    page = site.get("/faq/", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "60")
    assert "ただいま止めています。" in page.text
    refused = site.post("/api/v1/questions", json={"text": "粗大ごみ"})
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "closed"
    assert refused.json()["error"]["message"] == "ただいま止めています。"
    for path in ("/healthz", "/readyz", "/static/site.css", "/api/v1/notices"):
        assert site.get(path).status_code == 200, path
    assert backend.board.open("web")
    assert seen_within(PROMISED_SECONDS, lambda: site.get("/chat").status_code == 200)


class TestCommands:
    def test_a_prepared_notice_goes_on_and_off(self, settings: Settings) -> None:
        state, folder = settings.state_folder, settings.draft_folder
        (folder / "notices.yaml").write_text(
            "- id: snow\n  level: warning\n  starts_at: 2026-01-01 09:00\n"
            "  ends_at: 2099-01-01 09:00\n  text: 大雪です。\n",
            encoding="utf-8",
        )
        listed = run_command("notice", "list", state=state, faq=folder)
        assert "[準備済み] snow（注意、" in listed.stdout
        assert run_command("notice", "on", "snow", state=state, faq=folder).returncode == 0
        assert "[表示中] snow" in run_command("notice", "list", state=state, faq=folder).stdout
        asked = run_command("ask", "ありがとう", state=state, faq=folder)
        assert "【お知らせ】大雪です。" in asked.stdout
        assert run_command("notice", "off", "snow", state=state, faq=folder).returncode == 0
        again = run_command("notice", "off", "snow", state=state, faq=folder)
        assert (again.returncode, "出ていません" in again.stderr) == (1, True)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("notice", "on", "nothing"), "notices.yaml にありません"),
            (("notice", "on", "Bad Id", "--text", "x"), "半角の英小文字"),
            (("notice", "on", "x", "--text", "x", "--until", "明日"), "読めません"),
            (("channel", "on", "line"), "止まっていません"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, settings: Settings, arguments: tuple[str, ...], said: str
    ) -> None:
        done = run_command(*arguments, state=settings.state_folder, faq=settings.draft_folder)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr

    def test_a_channel_is_closed_with_the_citys_sentence(self, settings: Settings) -> None:
        state, folder = settings.state_folder, settings.draft_folder
        closed = run_command("channel", "off", "web", state=state, faq=folder)
        assert "ただいま休止しています。" in closed.stdout
        listed = run_command("channel", "list", state=state, faq=folder).stdout
        assert "web（ウェブサイト）　停止中：ただいま休止しています。" in listed
        assert "line（LINE）　受付中" in listed
        assert run_command("channel", "on", "web", state=state, faq=folder).returncode == 0
