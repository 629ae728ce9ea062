"""From the draft to what citizens see, and back."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.accounts import Role
from bot.inbox import Cluster
from bot.inquiry import inquiry_of
from bot.question import Question
from channels.backend import Backend
from tests.channels.staff.conftest import Clerk
from tests.channels.staff.test_entries import fields
from tests.conftest import SWITCH_SECONDS

WORDING = "うちゅうじんが すみはじめた"


def add_wording(clerk: Clerk, wording: str = WORDING) -> None:
    sent = fields(clerk.get("/staff/entries/tennyu").text)
    told = {"phrasings": f"{sent['phrasings']}\n{wording}"}
    assert clerk.post("/staff/entries", sent | told).status_code == 303


def checked(clerk: Clerk) -> str:
    """Have the draft checked; return the page with the result."""
    assert clerk.post("/staff/publish/check").status_code == 303
    deadline = time.monotonic() + 2 * SWITCH_SECONDS
    while clerk.get("/staff/publish/progress").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return clerk.get("/staff/publish").text


def number_in(page: str) -> str:
    return page.partition('name="number" value="')[2].partition('"')[0]


def kind_of(client: httpx.Client, text: str) -> str:
    return str(client.post("/api/v1/questions", json={"text": text}).json()["kind"])


def until(client: httpx.Client, text: str, kind: str) -> bool:
    deadline = time.monotonic() + SWITCH_SECONDS
    while kind_of(client, text) != kind:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_a_draft_is_checked_published_and_taken_back(
    approver: Clerk, console: httpx.Client, backend: Backend
) -> None:
    assert kind_of(console, WORDING) != "answered"
    add_wording(approver)
    page = approver.get("/staff/publish").text
    assert "変更</span>" in page
    page = checked(approver)
    for part in ("2. 確認の結果", WORDING, "応答が変わる質問（1）", "市民に公開する"):
        assert part in page
    sent = approver.post("/staff/publish", {"number": number_in(page), "reason": "試しに"})
    assert sent.status_code == 303
    assert until(console, WORDING, "answered")
    release = backend.releases.current()
    assert (release.number, release.reason, release.published_by) == (2, "試しに", "職員 approver")
    again = approver.post("/staff/publish", {"number": number_in(page)})
    assert again.status_code == 404, "a draft is published once"
    back = approver.post("/staff/publish/roll-back", {"number": "1"})
    assert back.status_code == 303
    assert until(console, WORDING, "unsure") or kind_of(console, WORDING) != "answered"
    assert backend.releases.current().number == 3
    actions = [one.action for one in backend.audit.latest(9)]
    assert actions[:2] == ["rolled_back", "published"]


def test_what_is_published_is_what_was_checked(
    approver: Clerk, console: httpx.Client, backend: Backend
) -> None:
    add_wording(approver)
    page = checked(approver)
    add_wording(approver, "あとから たした ことば")
    late = approver.get("/staff/publish").text
    assert "このあとで下書きが変わりました" in late
    approver.post("/staff/publish", {"number": number_in(page)})
    phrasings = backend.shelf.desk().book.by_id["tennyu"].phrasings
    assert WORDING in phrasings
    assert "あとから たした ことば" not in phrasings


def test_a_folder_with_problems_is_not_checked(editor: Clerk, city_folder: Path) -> None:
    (city_folder / "entries" / "broken.yaml").write_text("- id: x\n", encoding="utf-8")
    page = editor.get("/staff/publish").text
    assert "下書きに問題が" in page
    assert "entries/broken.yaml:1:3" in page
    assert str(city_folder) not in page
    assert "確認できませんでした" in checked(editor)


def break_golden(clerk: Clerk) -> None:
    """Turn an entry into another one, so that its golden questions lead elsewhere."""
    sent = fields(clerk.get("/staff/entries/tennyu").text)
    told = {"question": "深海魚の飼い方", "phrasings": "", "answer": "深海魚は飼えません。"}
    assert clerk.post("/staff/entries", sent | told).status_code == 303


def test_what_breaks_golden_questions_is_blocked(approver: Clerk, backend: Backend) -> None:
    break_golden(approver)
    page = checked(approver)
    assert "止めるべきこと" in page
    refused = approver.post("/staff/publish", {"number": number_in(page)})
    assert refused.status_code == 422
    assert backend.releases.current().number == 1
    accepted = {"number": number_in(page), "accept_blocked": "true"}
    assert approver.post("/staff/publish", accepted).status_code == 303
    assert backend.releases.current().number == 2


def test_editors_may_check_but_not_publish(editor: Clerk, backend: Backend) -> None:
    add_wording(editor)
    page = checked(editor)
    assert "公開できるのは「承認」の役割の人です" in page
    number = str(backend.drafts.latest().number)  # type: ignore[union-attr]
    assert editor.post("/staff/publish", {"number": number}).status_code == 403


@pytest.fixture
def two_needed(city_folder: Path, backend: Backend) -> None:
    """The city wants two people for each release, and has published that."""
    with (city_folder / "city.yaml").open("a", encoding="utf-8") as city:
        city.write("publishing:\n  approval: two\n")
    draft = backend.publisher.draft(city_folder, (), backend.clock())
    backend.publisher.publish(draft, backend.clock(), reason="", by="test", accept_broken=True)


@pytest.mark.usefixtures("two_needed")
def test_where_two_are_needed_one_asks_and_another_publishes(
    signed_in: Callable[[Role], Clerk], backend: Backend
) -> None:
    first, second = signed_in("approver"), signed_in("admin")
    add_wording(first)
    page = checked(first)
    assert "公開を依頼する" in page
    number = number_in(page)
    assert first.post("/staff/publish", {"number": number}).status_code == 403
    told = {"number": number, "reason": "聞き方を足す"}
    assert first.post("/staff/publish/request", told).status_code == 303
    assert first.post("/staff/publish", {"number": number}).status_code == 403, "one's own request"
    assert "職員 approver さんが" in second.get("/staff/publish").text
    assert second.post("/staff/publish", {"number": number, "reason": "可"}).status_code == 303
    assert backend.releases.current().published_by == "職員 approver・職員 admin"


def test_progress_is_over_when_nothing_runs(editor: Clerk) -> None:
    answer = editor.get("/staff/publish/progress")
    assert (answer.status_code, answer.headers["x-finished"]) == (204, "1")


def test_accepted_clusters_learn_the_release_that_answers_them(
    approver: Clerk, backend: Backend
) -> None:
    desk = backend.shelf.desk()
    question = Question.from_text("宇宙人の転入", "web", backend.clock())
    kept = inquiry_of(question, desk.consider(question), desk.release)
    backend.inquiries.add([kept])
    backend.clusters.sort_in([Cluster("c", "宇宙人の転入", backend.clock())], {kept.id: "c"})
    told = {"cluster_id": "c", "entry_id": "tennyu", "wording": "宇宙人の転入"}
    assert approver.post("/staff/clusters/phrasing", told).status_code == 303
    assert "まだ公開していません" in approver.get("/staff/", params={"state": "accepted"}).text
    page = checked(approver)
    approver.post("/staff/publish", {"number": number_in(page), "accept_blocked": "true"})
    assert backend.clusters.cluster("c").release == 2
    assert "公開版 2 で公開済み" in approver.get("/staff/", params={"state": "accepted"}).text
