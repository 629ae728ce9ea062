"""What staff decide of clusters, and taking it back."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.curating import Curator
from bot.errors import CannotUndo, UnknownCluster
from bot.inbox import ERASED_AFTER, Cluster
from bot.inquiry import inquiry_of
from bot.question import Question
from channels.backend import Backend
from faq.entry import FaqEntry
from faq.files.folder import read_folder
from faq.files.folder_edit import EditConflict, FolderEditor, UnknownItem
from faq.files.history import FolderHistory
from nlp.normalise import normalise
from tests.conftest import NOON

BY = "山田"
ENTRY = "tennyu"


@pytest.fixture
def editor(city_folder: Path) -> FolderEditor:
    return FolderEditor(city_folder, normalise)


@pytest.fixture
def curator(backend: Backend, editor: FolderEditor, city_folder: Path) -> Curator:
    history = FolderHistory(city_folder)
    return Curator(backend.clusters, editor, backend.audit, backend.inquiries, history)


@pytest.fixture
def cluster(backend: Backend) -> Cluster:
    """A cluster of one miss."""
    desk = backend.shelf.desk()
    question = Question.from_text("宇宙人の転入", "web", NOON)
    kept = inquiry_of(question, desk.consider(question), 1)
    backend.inquiries.add([kept])
    made = Cluster("c", question.text, NOON)
    backend.clusters.sort_in([made], {kept.id: made.id})
    return made


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_phrasing_is_accepted_and_taken_back(
    curator: Curator, cluster: Cluster, backend: Backend, city_folder: Path
) -> None:
    before = bytes_of(city_folder)
    event = curator.accept_phrasing(cluster.id, ENTRY, "宇宙人の転入", BY, NOON)
    assert (event.action, event.subject) == ("phrasing_added", cluster.id)
    folder = read_folder(city_folder, normalise)
    assert "宇宙人の転入" in folder.book.by_id[ENTRY].phrasings
    assert folder.golden[-1].relevant == {ENTRY: 2}
    kept = backend.clusters.cluster(cluster.id)
    assert (kept.state, kept.decided_by, kept.decided_at) == ("accepted", BY, NOON)
    undone = curator.undo(event.number, BY, NOON)
    assert undone.action == "undone"
    assert bytes_of(city_folder) == before
    assert backend.clusters.cluster(cluster.id) == cluster
    with pytest.raises(CannotUndo, match="もう取り消して"):
        curator.undo(event.number, BY, NOON)


def test_a_question_that_is_golden_already_is_not_added_twice(
    curator: Curator, cluster: Cluster, city_folder: Path, editor: FolderEditor
) -> None:
    editor.add_golden("宇宙人の転入", {ENTRY: 2})
    many = len(read_folder(city_folder, normalise).golden)
    curator.accept_phrasing(cluster.id, ENTRY, "宇宙人の転入", BY, NOON)
    assert len(read_folder(city_folder, normalise).golden) == many


def test_a_new_entry_is_accepted_and_taken_back(
    curator: Curator, cluster: Cluster, backend: Backend, city_folder: Path, editor: FolderEditor
) -> None:
    before = bytes_of(city_folder)
    owner = editor.entry(ENTRY).value.owner
    entry = FaqEntry("uchu", "宇宙人も転入できますか。", "できません。", owner=owner)
    event = curator.accept_entry(cluster.id, entry, [editor.add_entry(entry)], BY, NOON)
    assert backend.clusters.cluster(cluster.id).entry_id == "uchu"
    curator.undo(event.number, BY, NOON)
    assert bytes_of(city_folder) == before


def test_nothing_is_decided_where_the_folder_refuses(
    curator: Curator, cluster: Cluster, backend: Backend
) -> None:
    with pytest.raises(UnknownItem):
        curator.accept_phrasing(cluster.id, "nobody", "宇宙人", BY, NOON)
    with pytest.raises(UnknownCluster):
        curator.accept_phrasing("nobody", ENTRY, "宇宙人", BY, NOON)
    assert backend.clusters.cluster(cluster.id).state == "open"
    assert backend.audit.latest(1) == []


def test_rejecting_and_reopening_tell_nothing_of_what_was_asked(
    curator: Curator, cluster: Cluster, backend: Backend
) -> None:
    event = curator.reject(cluster.id, "not_ours", BY, NOON)
    assert backend.clusters.cluster(cluster.id).state == "rejected"
    curator.undo(event.number, BY, NOON)
    assert backend.clusters.cluster(cluster.id).state == "open"
    curator.reject(cluster.id, "small_talk", BY, NOON)
    reopened = curator.reopen(cluster.id, BY, NOON)
    assert reopened.action == "cluster_reopened"
    assert "宇宙人" not in str(backend.audit.latest(9))


def test_undoing_a_reopening_closes_again(
    curator: Curator, cluster: Cluster, backend: Backend
) -> None:
    curator.reject(cluster.id, "not_ours", BY, NOON)
    event = curator.reopen(cluster.id, "鈴木", NOON + timedelta(hours=1))
    curator.undo(event.number, BY, NOON)
    kept = backend.clusters.cluster(cluster.id)
    assert (kept.state, kept.decided_by, kept.decided_at) == ("rejected", BY, NOON)


def test_what_is_erased_is_gone_for_good(
    curator: Curator, cluster: Cluster, backend: Backend
) -> None:
    event = curator.erase(cluster.id, BY, NOON)
    assert curator.erase_due(NOON + ERASED_AFTER / 2) == 0
    assert curator.erase_due(NOON + ERASED_AFTER) == 1
    assert curator.erase_due(NOON + ERASED_AFTER) == 0
    assert backend.clusters.texts(cluster.id, 9) == []
    assert backend.clusters.cluster(cluster.id).title == ""
    with pytest.raises(CannotUndo, match="内容は、もう消しました"):
        curator.undo(event.number, BY, NOON)
    with pytest.raises(CannotUndo):
        curator.reopen(cluster.id, BY, NOON)


def test_assigning_and_noting(curator: Curator, cluster: Cluster, backend: Backend) -> None:
    event = curator.assign(cluster.id, "kumin", "区民課", BY, NOON)
    assert event.detail["told"] == "区民課に割り当てました"
    assert backend.clusters.cluster(cluster.id).section == "kumin"
    curator.undo(event.number, BY, NOON)
    assert backend.clusters.cluster(cluster.id).section == ""
    assert curator.assign(cluster.id, "", "", BY, NOON).detail["told"] == "割り当てを外しました"
    noted = curator.note(cluster.id, "聞いてみる", BY, NOON)
    assert [one.text for one in backend.clusters.notes(cluster.id)] == ["聞いてみる"]
    with pytest.raises(CannotUndo, match="取り消せません"):
        curator.undo(noted.number, BY, NOON)
    with pytest.raises(CannotUndo):
        curator.undo(99, BY, NOON)


def test_what_somebody_changed_again_is_not_undone(
    curator: Curator, editor: FolderEditor, city_folder: Path
) -> None:
    change = editor.add_phrasing(ENTRY, "はじめの聞き方")
    event = curator.edited(BY, NOON, "entry_changed", ENTRY, "保存しました", [change])
    editor.add_phrasing(ENTRY, "つぎの聞き方")
    before = bytes_of(city_folder)
    with pytest.raises(EditConflict):
        curator.undo(event.number, BY, NOON)
    assert bytes_of(city_folder) == before
