"""Deciding clusters, and taking it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.accounts import Role
from bot.curating import Curator
from bot.inbox import ERASED_AFTER, Cluster, InboxFilter
from bot.inquiry import inquiry_of
from bot.miss_sorting import MissSorter
from bot.question import Question
from channels.backend import Backend
from faq.files.folder import read_folder
from faq.files.folder_edit import FolderEditor
from faq.files.history import FolderHistory
from nlp.normalise import normalise
from tests.channels.staff.conftest import Clerk
from tests.conftest import NOON

ASKED = ("ごみは何曜日に出すの", "ごみ出しの日を知りたい", "宇宙旅行の補助金はありますか")


@pytest.fixture
def clusters(backend: Backend) -> list[Cluster]:
    """Clusters of what was asked in vain, the most often asked first."""
    desk = backend.shelf.desk()
    for at, text in enumerate((*ASKED, ASKED[2])):
        question = Question.from_text(text, "web", NOON + timedelta(minutes=at))
        kept = inquiry_of(question, desk.consider(question), desk.release)
        backend.inquiries.add([replace(kept, kind="unsure", entry_id=None)])
    MissSorter(backend.clusters, lambda: desk).finish(NOON)
    page = backend.clusters.page(InboxFilter(), NOON, 0, 9)
    return [one.cluster for one in page.clusters]


def cluster_of(clusters: list[Cluster], text: str) -> Cluster:
    return next(one for one in clusters if one.title == text)


def golden(folder: Path) -> list[str]:
    return [one.query for one in read_folder(folder, normalise).golden]


def test_the_inbox_shows_each_need_with_a_proposal(clusters: list[Cluster], editor: Clerk) -> None:
    page = editor.get("/staff/").text
    assert page.count('class="cluster"') == len(clusters)
    assert page.count("<strong>提案</strong>") == len(clusters)
    assert "今週 2・先週 0" in page


def test_the_inbox_can_be_narrowed(clusters: list[Cluster], editor: Clerk) -> None:
    page = editor.get("/staff/", params={"words": "宇宙"}).text
    assert page.count('class="cluster"') == 1
    assert "当てはまるものはありません" in editor.get("/staff/", params={"channel": "line"}).text
    assert editor.get("/staff/", params={"state": "elsewhere"}).status_code == 422


def test_the_page_of_a_cluster_tells_why_nothing_was_given(
    clusters: list[Cluster], editor: Clerk
) -> None:
    page = editor.get(f"/staff/clusters/{clusters[0].id}").text
    for part in ("近いFAQと、答えなかったわけ", "点数", "市民の聞き方", clusters[0].title):
        assert part in page
    assert editor.get("/staff/clusters/nobody").status_code == 404


def test_a_wording_is_added_to_the_draft_and_to_the_golden_questions(
    clusters: list[Cluster], editor: Clerk, city_folder: Path, backend: Backend
) -> None:
    cluster = cluster_of(clusters, ASKED[2])
    before = {path: path.read_bytes() for path in city_folder.rglob("*") if path.is_file()}
    told = {"cluster_id": cluster.id, "entry_id": "tennyu", "wording": "宇宙から引っ越してきた"}
    sent = editor.post("/staff/clusters/phrasing", told)
    assert sent.status_code == 303
    page = editor.get(sent.headers["location"]).text
    assert "「宇宙から引っ越してきた」を、別の聞き方として加えました" in page
    folder = read_folder(city_folder, normalise)
    assert folder.book.by_id["tennyu"].phrasings[-1] == "宇宙から引っ越してきた"
    assert golden(city_folder)[-1] == "宇宙から引っ越してきた"
    kept = backend.clusters.cluster(cluster.id)
    assert (kept.state, kept.decision, kept.entry_id) == ("accepted", "phrasing", "tennyu")
    number = sent.headers["location"].partition("done=")[2]
    assert editor.post("/staff/undo", {"number": number}).status_code == 303
    assert {path: path.read_bytes() for path in before} == before
    assert backend.clusters.cluster(cluster.id).state == "open"
    again = editor.post("/staff/undo", {"number": number})
    assert again.status_code == 422
    assert "もう取り消してあります" in again.text


def test_a_wording_that_another_entry_has_is_refused(
    clusters: list[Cluster], editor: Clerk, city_folder: Path, backend: Backend
) -> None:
    book = read_folder(city_folder, normalise).book
    taken = book.by_id["tennyu"].question
    told = {"cluster_id": clusters[0].id, "entry_id": "gomi-hi", "wording": taken}
    told["entry_id"] = next(one.id for one in book.entries if one.id != "tennyu")
    refused = editor.post("/staff/clusters/phrasing", told)
    assert refused.status_code == 422
    assert taken in refused.text
    assert read_folder(city_folder, normalise).book == book
    assert backend.clusters.cluster(clusters[0].id).state == "open"


@pytest.mark.parametrize("decision", ["not_ours", "small_talk"])
def test_a_rejected_need_stays_away_in_new_words(
    clusters: list[Cluster], editor: Clerk, backend: Backend, decision: str
) -> None:
    cluster = cluster_of(clusters, ASKED[2])
    told = {"cluster_id": cluster.id, "decision": decision}
    assert editor.post("/staff/clusters/reject", told).status_code == 303
    desk = backend.shelf.desk()
    again = Question.from_text("宇宙旅行に補助金は出ますか", "line", NOON + timedelta(hours=1))
    backend.inquiries.add([inquiry_of(again, desk.consider(again), desk.release)])
    MissSorter(backend.clusters, lambda: desk).finish(NOON)
    page = backend.clusters.page(InboxFilter(), NOON, 0, 9)
    assert cluster.id not in {one.cluster.id for one in page.clusters}
    assert backend.clusters.count(cluster.id, NOON).misses == 3


def test_what_was_asked_is_not_in_the_log_of_what_was_turned_down(
    clusters: list[Cluster], editor: Clerk, backend: Backend
) -> None:
    told = {"cluster_id": clusters[0].id, "decision": "not_ours"}
    editor.post("/staff/clusters/reject", told)
    editor.post("/staff/clusters/reopen", {"cluster_id": clusters[0].id})
    assert clusters[0].title not in str(backend.audit.latest(9))


def test_personal_data_is_erased_after_a_while_and_until_then_taken_back(
    clusters: list[Cluster], editor: Clerk, backend: Backend, city_folder: Path
) -> None:
    cluster = cluster_of(clusters, ASKED[2])
    sent = editor.post("/staff/clusters/erase", {"cluster_id": cluster.id})
    curator = Curator(
        backend.clusters,
        FolderEditor(city_folder, normalise),
        backend.audit,
        backend.inquiries,
        FolderHistory(city_folder),
    )
    assert curator.erase_due(NOON) == 0
    number = sent.headers["location"].partition("done=")[2]
    editor.post("/staff/undo", {"number": number})
    assert backend.clusters.cluster(cluster.id).state == "open"
    sent = editor.post("/staff/clusters/erase", {"cluster_id": cluster.id})
    assert curator.erase_due(NOON + ERASED_AFTER) == 1
    assert "宇宙" not in " ".join(one.text for one in backend.inquiries.each())
    assert backend.clusters.cluster(cluster.id).title == ""
    number = sent.headers["location"].partition("done=")[2]
    assert editor.post("/staff/undo", {"number": number}).status_code == 422
    assert editor.post("/staff/clusters/reopen", {"cluster_id": cluster.id}).status_code == 422
    assert "消去した内容" in editor.get(f"/staff/clusters/{cluster.id}").text


def test_a_cluster_is_given_to_a_section_with_a_note(
    clusters: list[Cluster], editor: Clerk, backend: Backend
) -> None:
    cluster = clusters[0]
    owner = backend.shelf.desk().book.entries[0].owner
    editor.post("/staff/clusters/assign", {"cluster_id": cluster.id, "section": owner})
    editor.post("/staff/clusters/note", {"cluster_id": cluster.id, "text": "<b>電話</b>で確認"})
    page = editor.get(f"/staff/clusters/{cluster.id}").text
    assert "&lt;b&gt;電話&lt;/b&gt;で確認" in page
    assert backend.clusters.cluster(cluster.id).section == owner
    assert 'class="cluster"' in editor.get("/staff/", params={"section": owner}).text


def test_a_new_entry_answers_its_cluster(
    clusters: list[Cluster], editor: Clerk, backend: Backend, city_folder: Path
) -> None:
    cluster = cluster_of(clusters, ASKED[2])
    page = editor.get(f"/staff/entries/new?cluster={cluster.id}").text
    assert cluster.title in page
    owner = backend.shelf.desk().book.entries[0].owner
    told = {"is_new": "true", "cluster": cluster.id, "question": cluster.title, "owner": owner}
    sent = editor.post("/staff/entries", told | {"answer": "宇宙旅行の補助金はありません。"})
    assert sent.status_code == 303, sent.text
    kept = backend.clusters.cluster(cluster.id)
    assert (kept.state, kept.decision) == ("accepted", "new_entry")
    added = read_folder(city_folder, normalise).book.by_id[kept.entry_id]
    assert added.question == cluster.title
    assert golden(city_folder)[-1] == cluster.title
    number = sent.headers["location"].partition("done=")[2]
    editor.post("/staff/undo", {"number": number})
    assert kept.entry_id not in read_folder(city_folder, normalise).book.by_id
    assert cluster.title not in golden(city_folder)


def test_viewers_may_look_but_not_decide(
    clusters: list[Cluster], signed_in: Callable[[Role], Clerk], console: httpx.Client
) -> None:
    viewer = signed_in("viewer")
    assert clusters[0].title in viewer.get("/staff/").text
    told = {"cluster_id": clusters[0].id, "decision": "not_ours"}
    assert viewer.post("/staff/clusters/reject", told).status_code == 403
