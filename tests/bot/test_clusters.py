"""Misses of the same need are put together; what has its place keeps it."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.clusters import COMPARED, Known, assign, grouped, representatives
from bot.desk import InquiryDesk
from bot.likeness import Gallery, Portrait, likeness_of_all, portrait_of
from bot.question import Question

Asking = Callable[..., Question]
RUBBISH = ("粗大ごみを出したい", "粗大ごみの申し込み方法", "大きいごみを捨てたい 粗大ごみ")
ALLOWANCE = ("児童手当をもらいたい", "児童手当の申請はどこですか")


@pytest.fixture(scope="session", params=["with meaning", "by words"])
def drawing(
    request: pytest.FixtureRequest, small_desk: InquiryDesk, wordy_desk: InquiryDesk, asking: Asking
) -> Callable[[str], Portrait]:
    desk = small_desk if request.param == "with meaning" else wordy_desk

    def draw(text: str) -> Portrait:
        return portrait_of(desk, asking(text))

    return draw


def _ids() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"new-{next(numbers)}"


def _assigned(
    draw: Callable[[str], Portrait], texts: Sequence[str], known: Sequence[Known] = ()
) -> Mapping[str, str]:
    return assign([(text, draw(text)) for text in texts], known, _ids())


def test_a_portrait_says_what_a_wording_is_like(small_desk: InquiryDesk, asking: Asking) -> None:
    portrait = portrait_of(small_desk, asking("粗大ごみを出したい"))
    ranking = small_desk.search.rank(asking("粗大ごみを出したい"))
    assert portrait.first == ranking.best[0].entry_id
    assert sum(portrait.profile.values()) == pytest.approx(1)
    assert list(portrait.profile.values()) == sorted(portrait.profile.values(), reverse=True)
    assert sum(weight**2 for weight in portrait.terms.values()) == pytest.approx(1)
    assert (portrait.right, portrait.scope) == (
        small_desk.search.confidence(ranking).right,
        small_desk.search.confidence(ranking).scope,
    )


def test_likeness_is_mutual_and_one_with_itself(drawing: Callable[[str], Portrait]) -> None:
    likeness = likeness_of_all([drawing(text) for text in (*RUBBISH, *ALLOWANCE)])
    np.testing.assert_allclose(likeness, likeness.T, atol=1e-6)
    np.testing.assert_allclose(np.diag(likeness), 1, atol=1e-6)
    assert likeness[0, 1] > likeness[0, 3]
    assert (likeness >= 0).all()


def test_a_wording_without_a_word_is_like_nothing_by_words(
    wordy_desk: InquiryDesk, asking: Asking
) -> None:
    empty = replace(portrait_of(wordy_desk, asking("ええと")), terms={}, right=0.0)
    other = portrait_of(wordy_desk, asking(RUBBISH[0]))
    assert Gallery([empty]).likeness(other)[0] == pytest.approx(0)


def test_the_same_need_is_one_cluster(drawing: Callable[[str], Portrait]) -> None:
    found = _assigned(drawing, (*RUBBISH, *ALLOWANCE))
    assert len({found[text] for text in RUBBISH}) == 1
    assert len({found[text] for text in ALLOWANCE}) == 1
    assert found[RUBBISH[0]] != found[ALLOWANCE[0]]


def test_nothing_new_is_nothing(drawing: Callable[[str], Portrait]) -> None:
    assert _assigned(drawing, ()) == {}
    assert grouped([]) == []
    assert representatives([]) == []


def test_all_may_join_what_is_known(drawing: Callable[[str], Portrait]) -> None:
    known = Known("rubbish", [drawing(RUBBISH[0]), drawing(RUBBISH[1])])
    assert _assigned(drawing, RUBBISH[2:], [known]) == {RUBBISH[2]: "rubbish"}


def test_a_new_need_begins_a_new_cluster(drawing: Callable[[str], Portrait]) -> None:
    known = Known("rubbish", [drawing(text) for text in RUBBISH])
    found = _assigned(drawing, ALLOWANCE, [known, Known("emptied", [])])
    assert set(found.values()) == {"new-0"}


def test_a_rejected_need_takes_what_is_like_one_of_its_wordings(
    drawing: Callable[[str], Portrait],
) -> None:
    mixed = [drawing(RUBBISH[0]), *(drawing(text) for text in ALLOWANCE), drawing("図書館の休み")]
    assert _assigned(drawing, RUBBISH[1:2], [Known("open", mixed)])[RUBBISH[1]] == "new-0"
    rejected = Known("rejected", mixed, absorbs=True)
    assert _assigned(drawing, RUBBISH[1:2], [rejected])[RUBBISH[1]] == "rejected"


def _worded(**terms: float) -> Portrait:
    """Return a wording of which nothing but its words is known."""
    return Portrait({}, terms, None, right=0.0, scope=1.0, kind="unanswered")


@pytest.mark.parametrize(
    ("alike", "open_takes", "rejected_takes"),
    [(0.3, False, False), (0.42, True, False), (0.5, True, True)],
)
def test_a_rejected_cluster_takes_only_what_is_surely_alike(
    alike: float, open_takes: bool, rejected_takes: bool
) -> None:
    new = [("new", _worded(same=alike, other=(1 - alike**2) ** 0.5))]
    known = Known("known", [_worded(same=1.0)])
    assert (assign(new, [known], _ids())["new"] == "known") is open_takes
    rejected = replace(known, id="rejected", absorbs=True)
    assert (assign(new, [rejected], _ids())["new"] == "rejected") is rejected_takes
    # What is nearest but does not take it does not keep it from another one.
    assert (assign(new, [rejected, known], _ids())["new"] == "known") is (
        open_takes and not rejected_takes
    )


def test_of_a_large_cluster_some_wordings_are_compared(drawing: Callable[[str], Portrait]) -> None:
    portrait = drawing(RUBBISH[0])
    for many in (1, COMPARED, COMPARED + 1, 10 * COMPARED + 3):
        compared = Known("x", [portrait] * many).compared
        assert min(many, COMPARED // 2) <= len(compared) <= COMPARED


def test_many_misses_at_once_are_all_placed(drawing: Callable[[str], Portrait]) -> None:
    portraits = [drawing(text) for text in (*RUBBISH, *ALLOWANCE)]
    new = [(str(at), portraits[at % len(portraits)]) for at in range(1_203)]
    found = assign(new, [], _ids())
    assert len(found) == len(new)
    assert len(set(found.values())) == 2


def test_representatives_are_the_most_typical(drawing: Callable[[str], Portrait]) -> None:
    texts = (ALLOWANCE[0], *RUBBISH)
    best = representatives([drawing(text) for text in texts])
    assert len(best) == 3
    assert texts[best[0]] in RUBBISH
    assert 0 not in best[:2]
