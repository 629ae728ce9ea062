"""What staff are proposed for a cluster of misses, and what a phrasing would recover."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import numpy as np
import pytest

from bot.desk import InquiryDesk
from bot.likeness import portrait_of, ranking_of
from bot.proposals import PROPOSAL_LABELS, Proposal, ProposalKind, propose
from bot.question import Question
from bot.reply import Kind
from bot.trial_phrasing import Member, PastQuestions, TrialSearch
from faq.book import FaqBook

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Asking = Callable[..., Question]
WANTED = ("使わなくなった大きな家具の引き取り", "引き取りに来てほしい 家具", "家具 引き取り")


@pytest.fixture(params=["with meaning", "by words"])
def desk(
    request: pytest.FixtureRequest, small_desk: InquiryDesk, wordy_desk: InquiryDesk
) -> InquiryDesk:
    return small_desk if request.param == "with meaning" else wordy_desk


def _members(desk: InquiryDesk, asking: Asking, texts: Sequence[str]) -> list[Member]:
    asked = [asking(text) for text in texts]
    return [Member(one, portrait_of(desk, one)) for one in asked]


def _sure(member: Member, right: float, scope: float) -> Member:
    return replace(member, portrait=replace(member.portrait, right=right, scope=scope))


def _first(desk: InquiryDesk, members: Sequence[Member]) -> Proposal:
    return propose(desk, members)[0]


def test_where_an_entry_is_likely_a_phrasing_of_it_is_proposed(
    desk: InquiryDesk, asking: Asking
) -> None:
    members = [_sure(one, 0.6, 0.9) for one in _members(desk, asking, WANTED)]
    found = propose(desk, members)
    assert (found[0].kind, found[0].wording in WANTED) == ("phrasing", True)
    assert found[0].entry_id == max(
        members[0].portrait.profile,
        key=lambda entry: sum(one.portrait.profile[entry] for one in members),
    )
    assert found[0].of == 3
    assert {one.kind for one in found} >= {"phrasing", "new_entry", "not_ours"}
    assert [one.sureness for one in found] == sorted((one.sureness for one in found), reverse=True)


@pytest.mark.parametrize(
    ("right", "scope", "kind"),
    [(0.1, 0.5, "new_entry"), (0.36, 0.9, "new_entry"), (0.38, 0.9, "phrasing")]
    + [(0.1, 0.02, "not_ours"), (0.5, 0.02, "not_ours")],
)
def test_how_sure_the_search_was_decides(
    desk: InquiryDesk, asking: Asking, right: float, scope: float, kind: str
) -> None:
    members = [_sure(one, right, scope) for one in _members(desk, asking, WANTED)]
    assert _first(desk, members).kind == kind


def test_what_says_nothing_is_small_talk(desk: InquiryDesk, asking: Asking) -> None:
    (member,) = _members(desk, asking, ["えーっと"])
    bare = replace(member, portrait=replace(member.portrait, terms={}))
    found = propose(desk, [bare])
    assert found[0].kind == "small_talk"
    assert "phrasing" not in {one.kind for one in found}


@pytest.mark.parametrize(
    "text",
    [
        "名前は山田太郎です。ごみの日を教えて",
        "中町2丁目3番に住んでいます。ごみの日は",
        "昭和30年4月1日生まれですが住民票は取れますか",
        "山田太郎と申しますが、ごみの日を教えて",
    ],
)
def test_what_tells_of_a_person_is_to_be_erased(
    desk: InquiryDesk, asking: Asking, text: str
) -> None:
    members = _members(desk, asking, ["ごみの日はいつ", text])
    found = propose(desk, members)
    assert found[0].kind == "personal_data"
    assert text not in {one.wording for one in found}


@pytest.mark.parametrize(
    "text", ["名前の変更の届け出", "住所が変わったら", "名前は何ですか", "2丁目のごみの日"]
)
def test_what_only_sounds_personal_is_not(desk: InquiryDesk, asking: Asking, text: str) -> None:
    assert "personal_data" not in {
        one.kind for one in propose(desk, _members(desk, asking, [text]))
    }


def test_what_was_masked_is_pointed_out_but_no_wording(desk: InquiryDesk, asking: Asking) -> None:
    members = _members(desk, asking, ["090-1234-5678 にごみの日を教えて"])
    found = propose(desk, members)
    assert found[0].kind != "personal_data"
    assert {one.kind for one in found} >= {"personal_data", "new_entry"}
    assert not any(one.wording for one in found)


def test_near_entries_say_why_they_were_not_given(desk: InquiryDesk, asking: Asking) -> None:
    late = asking("乾電池の特別回収と ごみ券の払い戻し", at=NOON + timedelta(days=365))
    member = Member(late, portrait_of(desk, late))
    reasons = {one.entry_id: one.reason for one in propose(desk, [member])[0].nearest}
    assert reasons["battery-campaign"].startswith("有効期限（2027年3月31日）が切れています。")
    assert reasons["counter-manual"].startswith("職員向けのFAQ")
    assert any("番目でした" in one for one in reasons.values())
    assert "質問のことば「乾」「電池」" in reasons["gomi-day"]


@pytest.mark.parametrize(
    ("kind", "right", "said"),
    [
        ("unsure", 0.2, "確からしさが足りません（0.20、回答には "),
        ("unsure", 0.9, "候補として出し、聞き返しました"),
        ("unanswered", 0.2, "FAQにある話題かどうか"),
        ("answered", 0.7, "回答として出しました（確からしさ 0.70）"),
    ],
)
def test_the_first_entry_says_what_became_of_it(
    desk: InquiryDesk, asking: Asking, kind: Kind, right: float, said: str
) -> None:
    (member,) = _members(desk, asking, ["粗大ごみ"])
    member = replace(member, portrait=replace(member.portrait, kind=kind, right=right))
    assert any(one.reason.startswith(said) for one in propose(desk, [member])[0].nearest)


def test_a_phrasing_recovers_what_is_asked_alike(small_desk: InquiryDesk, asking: Asking) -> None:
    desk = small_desk
    texts = ("いらないピアノの引き取り", "ピアノの引き取り", "ピアノ引き取り いらない")
    members = [_missed(one) for one in _members(desk, asking, texts)]
    alone = _phrasing(propose(desk, members[:1]), "sodai-gomi")
    assert (alone.recovers, alone.of) == (0, 1)
    again = _phrasing(propose(desk, [replace(members[0], times=4)]), "sodai-gomi")
    assert (again.recovers, again.of) == (4, 4)
    together = _phrasing(propose(desk, members), "sodai-gomi")
    past = _phrasing(propose(desk, members[:1], PastQuestions(members[1:])), "sodai-gomi")
    assert together.of == past.of == 3
    assert together.recovers == 3
    assert past.recovers == 2


def test_what_is_answered_already_is_not_recovered(desk: InquiryDesk, asking: Asking) -> None:
    members = _members(desk, asking, ["粗大ごみを捨てたい", "粗大ごみの出し方を教えてください"])
    members = [
        replace(one, times=5, portrait=replace(one.portrait, kind="answered")) for one in members
    ]
    assert {one.portrait.first for one in members} == {"sodai-gomi"}
    assert _phrasing(propose(desk, members), "sodai-gomi").recovers == 0


@pytest.mark.parametrize("entry_id", ["sodai-gomi", "tennyu", "juminhyo"])
@pytest.mark.parametrize("with_meaning", [True, False])
def test_a_trial_is_what_publishing_would_come_to(
    small_book: FaqBook,
    desk_of: Callable[..., InquiryDesk],
    asking: Asking,
    entry_id: str,
    with_meaning: bool,
) -> None:
    phrasing = "いらないピアノの引き取り"
    before = desk_of(small_book, with_meaning=with_meaning)
    entries = (
        replace(one, phrasings=(*one.phrasings, phrasing)) if one.id == entry_id else one
        for one in small_book.entries
    )
    after = desk_of(replace(small_book, entries=tuple(entries)), with_meaning=with_meaning)
    trial = TrialSearch(before.search, entry_id, phrasing)
    for text in ("ピアノの引き取り", "引っ越してきた", "ごみの日", phrasing, "住民票"):
        question = asking(text)
        ranking, vector = ranking_of(before, question), portrait_of(before, question).vector
        foretold = trial.again(ranking, vector)
        come = after.search.searched(ranking_of(after, question))
        assert foretold.ranking.best[0].entry_id == come.ranking.best[0].entry_id
        assert foretold.kind == come.kind
        assert abs(foretold.sure.right - come.sure.right) < 0.15


def test_a_trial_changes_nothing_of_the_desk(desk: InquiryDesk, asking: Asking) -> None:
    question = asking("ピアノの引き取り")
    before = ranking_of(desk, question)
    trial = TrialSearch(desk.search, "sodai-gomi", "ピアノの引き取り")
    trial.again(before, portrait_of(desk, question).vector)
    after = ranking_of(desk, question)
    assert before.best == after.best
    np.testing.assert_array_equal(before.scores, after.scores)
    assert desk.search.searched(before).sure == desk.search.searched(after).sure


def test_every_kind_has_a_label() -> None:
    assert set(PROPOSAL_LABELS) == set(get_args(ProposalKind))


def _missed(member: Member) -> Member:
    return replace(member, portrait=replace(member.portrait, kind="unsure"))


def _phrasing(found: Sequence[Proposal], entry_id: str) -> Proposal:
    return next(one for one in found if one.entry_id == entry_id)
