"""New misses find their cluster, and each cluster its proposal."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import miss_sorting
from bot.desk import InquiryDesk
from bot.errors import NoRelease
from bot.inbox import Cluster, InboxFilter
from bot.inquiry import inquiry_of
from bot.miss_sorting import MissSorter, Profile, profile_of
from bot.question import Question
from channels.backend import Backend
from tests.conftest import NOON

SPACE = ("宇宙旅行の補助金はありますか", "宇宙旅行に補助金は出ますか", "補助金 宇宙旅行")
MOVING = ("引っ越してきた 何をする", "引っ越してきました")


@pytest.fixture
def desk(backend: Backend) -> InquiryDesk:
    return backend.shelf.desk()


@pytest.fixture
def sorter(backend: Backend, desk: InquiryDesk) -> MissSorter:
    return MissSorter(backend.clusters, lambda: desk)


def missed(backend: Backend, desk: InquiryDesk, *texts: str, at: datetime = NOON) -> list[str]:
    """Record questions as misses; return their ids."""
    ids = []
    for number, text in enumerate(texts):
        question = Question.from_text(text, "web", at + timedelta(seconds=number))
        kept = inquiry_of(question, desk.consider(question), desk.release)
        backend.inquiries.add([replace(kept, kind="unsure", entry_id=None)])
        ids.append(kept.id)
    return ids


def clusters(backend: Backend, state: str = "open") -> list[Cluster]:
    page = backend.clusters.page(InboxFilter(state), NOON, 0, 50)  # type: ignore[arg-type]
    return [one.cluster for one in page.clusters]


def cluster_of(backend: Backend, inquiry_id: str) -> str:
    found = [
        one.id
        for one in backend.clusters.known()
        if inquiry_id in backend.clusters.inquiry_ids(one.id)
    ]
    assert len(found) == 1
    return found[0]


def test_misses_of_one_need_come_together_with_a_proposal(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    space = missed(backend, desk, *SPACE)
    moving = missed(backend, desk, *MOVING, at=NOON + timedelta(minutes=1))
    told: list[int] = []
    sorter.finish(NOON, told.append)
    assert told == sorted(told)
    assert len({cluster_of(backend, one) for one in space}) == 1
    assert cluster_of(backend, space[0]) != cluster_of(backend, moving[0])
    assert sorter.step(NOON) == 0
    for cluster in clusters(backend):
        profile = profile_of(cluster)
        assert cluster.title in profile.wordings
        assert profile.proposals
        assert profile.reasons
    top = profile_of(backend.clusters.cluster(cluster_of(backend, moving[0]))).proposals[0]
    assert (top.kind, top.entry_id) == ("phrasing", "tennyu")


def test_what_has_its_place_keeps_it(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    first = missed(backend, desk, SPACE[0], MOVING[0])
    sorter.finish(NOON)
    before = [cluster_of(backend, one) for one in first]
    later = missed(backend, desk, SPACE[1], at=NOON + timedelta(hours=1))
    MissSorter(backend.clusters, lambda: desk).finish(NOON)
    assert [cluster_of(backend, one) for one in first] == before
    assert cluster_of(backend, later[0]) == before[0]
    assert SPACE[1] in profile_of(backend.clusters.cluster(before[0])).wordings


def test_a_rejected_need_takes_new_wordings_in(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    first = missed(backend, desk, SPACE[0])
    sorter.finish(NOON)
    cluster = backend.clusters.cluster(cluster_of(backend, first[0]))
    backend.clusters.put(cluster.decided("rejected", "not_ours", "山田", NOON))
    later = missed(backend, desk, SPACE[1], at=NOON + timedelta(hours=1))
    sorter.finish(NOON)
    assert cluster_of(backend, later[0]) == cluster.id
    assert clusters(backend) == []


def test_what_misses_after_it_was_answered_is_a_new_matter(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    first = missed(backend, desk, SPACE[0])
    sorter.finish(NOON)
    cluster = backend.clusters.cluster(cluster_of(backend, first[0]))
    accepted = cluster.decided("accepted", "phrasing", "山田", NOON, "tennyu")
    backend.clusters.put(accepted)
    waiting = missed(backend, desk, SPACE[1], at=NOON + timedelta(hours=1))
    sorter.finish(NOON)
    assert cluster_of(backend, waiting[0]) == cluster.id, "not public yet: still the same"
    backend.clusters.put(replace(accepted, release=desk.release))
    again = missed(backend, desk, SPACE[2], at=NOON + timedelta(hours=2))
    sorter.finish(NOON)
    assert cluster_of(backend, again[0]) != cluster.id


def test_a_new_release_makes_proposals_anew(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    missed(backend, desk, SPACE[0])
    sorter.finish(NOON)
    assert [one.proposed_for for one in clusters(backend)] == ["1"]
    backend.releases.repeat(1, NOON, "", "test")
    newer = backend.shelf.desk()
    MissSorter(backend.clusters, lambda: newer).finish(NOON)
    assert [one.proposed_for for one in clusters(backend)] == ["2"]


def test_it_goes_on_a_portion_at_a_time(
    backend: Backend, desk: InquiryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(miss_sorting, "_AT_ONCE", 2)
    sorter = MissSorter(backend.clusters, lambda: desk)
    missed(backend, desk, *SPACE)
    sorter.step(NOON)
    assert sorter.is_behind
    sorter.step(NOON)
    assert not sorter.is_behind


def test_without_a_release_nothing_is_sorted(backend: Backend) -> None:
    def none() -> InquiryDesk:
        raise NoRelease("nothing")

    assert MissSorter(backend.clusters, none).step(NOON) == 0


def test_a_cluster_without_texts_has_an_empty_profile(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    first = missed(backend, desk, SPACE[0])
    sorter.finish(NOON)
    cluster = backend.clusters.cluster(cluster_of(backend, first[0]))
    assert profile_of(replace(cluster, proposals=b"")) == Profile()
    assert Profile().reasons == {}
    backend.inquiries.erase_texts(first)
    erased = backend.clusters.cluster(cluster.id)
    assert (erased.title, erased.proposals) == ("", b"")
    MissSorter(backend.clusters, lambda: desk).finish(NOON)
    assert profile_of(backend.clusters.cluster(cluster.id)) == Profile()


def test_a_text_that_is_taken_back_is_gone_from_its_cluster(
    backend: Backend, desk: InquiryDesk, sorter: MissSorter
) -> None:
    ids = missed(backend, desk, *SPACE[:2])
    sorter.finish(NOON)
    before = backend.clusters.cluster(cluster_of(backend, ids[0]))
    gone = ids[SPACE.index(before.title)]
    backend.inquiries.erase_texts([gone])
    sorter.finish(NOON)
    after = backend.clusters.cluster(before.id)
    assert after.title not in ("", before.title)
    assert before.title not in profile_of(after).wordings
