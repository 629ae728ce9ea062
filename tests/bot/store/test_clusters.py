"""Clusters of misses in the database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.errors import UnknownCluster
from bot.inbox import Cluster, InboxFilter, Note
from bot.inquiry import Feedback, Inquiry
from bot.store.clusters import SqlClusters
from bot.store.inquiries import SqlInquiries
from nlp.personal_data import mask
from tests.conftest import NOON
from tests.inquiries import inquiry

DAY = timedelta(days=1)


@pytest.fixture
def inquiries(engine: Engine) -> SqlInquiries:
    return SqlInquiries(engine)


@pytest.fixture
def clusters(engine: Engine) -> SqlClusters:
    return SqlClusters(engine)


def sorted_in(inquiries: SqlInquiries, clusters: SqlClusters, name: str, *asked: Inquiry) -> None:
    inquiries.add(list(asked))
    clusters.sort_in([Cluster(name, asked[0].text, NOON)], {one.id: name for one in asked})


def test_only_misses_without_a_cluster_wait_to_be_sorted(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    inquiries.add(
        [
            inquiry(1),
            inquiry(2, kind="answered", confidence=0.9),
            inquiry(3, kind="answered", confidence=0.9),
            inquiry(4, text=mask("")),
            inquiry(5, kind="unsure"),
            inquiry(6, kind="answered", confidence=0.5),
        ]
    )
    inquiries.give_feedback(Feedback(inquiry(3).id, False, mask(""), NOON))
    clusters.sort_in([Cluster("c", "質問", NOON)], {inquiry(5).id: "c"})
    waiting = [(int(miss.inquiry.id[:8]), miss.reason) for miss in clusters.unsorted(10)]
    assert waiting == [(1, "no_entry"), (3, "not_helpful"), (6, "low_confidence")]
    assert len(clusters.unsorted(2)) == 2


def test_a_miss_stays_in_its_first_cluster(inquiries: SqlInquiries, clusters: SqlClusters) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1))
    clusters.sort_in([Cluster("b", "質問", NOON)], {inquiry(1).id: "b"})
    assert clusters.inquiry_ids("a") == [inquiry(1).id]
    assert clusters.inquiry_ids("b") == []


def test_counts_tell_how_often_when_and_where(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    asked = [
        inquiry(1, asked_at=NOON - 20 * DAY),
        inquiry(2, asked_at=NOON - 8 * DAY, channel="line"),
        inquiry(3, asked_at=NOON - DAY, channel="line"),
        inquiry(4, asked_at=NOON),
    ]
    sorted_in(inquiries, clusters, "a", *asked)
    found = clusters.count("a", NOON)
    assert (found.misses, found.lately, found.earlier) == (4, 2, 1)
    assert (found.first_at, found.last_at) == (NOON - 20 * DAY, NOON)
    assert found.channels == {"web": 2, "line": 2}


def test_pages_are_narrowed_and_the_most_asked_come_first(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1), inquiry(2, channel="line"))
    sorted_in(inquiries, clusters, "b", inquiry(3), inquiry(4), inquiry(5, kind="unsure"))
    sorted_in(inquiries, clusters, "c", inquiry(6, text=mask("50%の割引")))
    clusters.put(replace(clusters.cluster("c"), section="kodomo"))

    def names(first: int = 0, limit: int = 9, **wanted: str) -> list[str]:
        page = clusters.page(InboxFilter(**wanted), NOON, first, limit)  # type: ignore[arg-type]
        return [one.cluster.id for one in page.clusters]

    assert names() == ["b", "a", "c"]
    assert names(first=1, limit=1) == ["a"]
    assert clusters.page(InboxFilter(), NOON, 0, 1).total == 3
    assert names(channel="line") == ["a"]
    assert names(reason="unsure") == ["b"]
    assert names(words="0%の") == ["c"], "a percent sign is no wildcard"
    assert names(section="kodomo") == ["c"]
    assert names(state="rejected") == []
    assert clusters.page(InboxFilter(channel="line"), NOON, 0, 9).clusters[0].misses == 2


def test_wordings_are_counted_once_each(inquiries: SqlInquiries, clusters: SqlClusters) -> None:
    same = [inquiry(number, text=mask("ねこ")) for number in (1, 2, 3)]
    sorted_in(inquiries, clusters, "a", *same, inquiry(4, text=mask("いぬ")))
    assert clusters.texts("a", 9) == [("ねこ", 3), ("いぬ", 1)]
    assert clusters.texts("a", 1) == [("ねこ", 3)]


def test_members_tell_why_each_is_there(inquiries: SqlInquiries, clusters: SqlClusters) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1), inquiry(2, kind="unsure"))
    inquiries.give_feedback(Feedback(inquiry(2).id, True, mask(""), NOON))
    assert [member.reason for member in clusters.members("a", 9)] == [None, "no_entry"]


def test_proposals_do_not_touch_what_staff_decided(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1))
    assert [one.id for one in clusters.unproposed("1", 9)] == ["a"]
    decided = clusters.cluster("a").decided("rejected", "not_ours", "山田", NOON)
    clusters.put(decided)
    clusters.propose("a", b"{}", "1")
    kept = clusters.cluster("a")
    assert (kept.state, kept.decided_by, kept.proposals) == ("rejected", "山田", b"{}")
    clusters.put(kept.reopened())
    assert clusters.unproposed("1", 9) == []
    clusters.outdate(["a"])
    assert [one.id for one in clusters.unproposed("1", 9)] == ["a"]


def test_an_erased_cluster_takes_no_more_proposals(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1))
    clusters.propose("a", b"{}", "1")
    clusters.put(clusters.cluster("a").erased())
    clusters.propose("a", b"secret", "2")
    assert clusters.cluster("a").proposals == b""
    assert clusters.cluster("a").title == ""


def test_what_was_accepted_learns_its_release(
    inquiries: SqlInquiries, clusters: SqlClusters
) -> None:
    for name, number in (("a", 1), ("b", 2)):
        sorted_in(inquiries, clusters, name, inquiry(number))
        clusters.put(clusters.cluster(name).decided("accepted", "phrasing", "山田", NOON, name))
    clusters.published(["a"], 7)
    assert [(one.id, one.release) for one in clusters.known()] == [("a", 7), ("b", None)]


def test_notes_are_kept_in_their_order(inquiries: SqlInquiries, clusters: SqlClusters) -> None:
    sorted_in(inquiries, clusters, "a", inquiry(1))
    notes = [Note(NOON, "山田", "所管課に聞く"), Note(NOON + DAY, "鈴木", "聞いた")]
    for note in notes:
        clusters.add_note("a", note)
    assert clusters.notes("a") == notes


def test_there_is_no_cluster_without_its_id(clusters: SqlClusters) -> None:
    with pytest.raises(UnknownCluster):
        clusters.cluster("nobody")
    with pytest.raises(UnknownCluster):
        clusters.put(Cluster("nobody", "", NOON))
