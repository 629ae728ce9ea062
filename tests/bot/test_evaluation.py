"""The figures, held against values worked out by hand."""

import math

import pytest

from bot.desk import InquiryDesk
from bot.evaluation import Judged, figures, figures_by_set, judge
from faq.files.golden import GoldenQuestion
from tests.conftest import NOON


def judged(
    relevant: dict[str, int], ranking: list[str], kind: str = "answered", name: str = ""
) -> Judged:
    ranked = tuple((entry, 1.0 - at / 100) for at, entry in enumerate(ranking))
    shown = tuple(ranking[:1]) if kind == "answered" else tuple(ranking[:5])
    return Judged(
        GoldenQuestion("?", relevant, name),
        kind,
        0.5,
        shown if kind != "unanswered" else (),
        ranked,  # type: ignore[arg-type]
    )


def test_figures_by_hand() -> None:
    found = figures(
        [
            judged({"a": 2}, ["a", "b"]),
            judged({"a": 2, "c": 1}, ["b", "c", "x", "y", "z", "a"]),
            judged({"q": 1}, ["a", "b"], "unanswered"),
            judged({}, ["a"], "unanswered"),
            judged({}, ["a"], "answered"),
            judged({}, ["a", "b"], "unsure"),
        ]
    )
    assert (found.questions, found.in_scope, found.out_of_scope) == (6, 3, 3)
    assert found.sr_at_1 == pytest.approx(1 / 3)
    assert found.sr_at_3 == found.sr_at_5 == pytest.approx(2 / 3)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert found.recall_at_10 == pytest.approx(2 / 3)
    ideal = 3 / math.log2(2) + 1 / math.log2(3)
    second = (1 / math.log2(3) + 3 / math.log2(7)) / ideal
    assert found.ndcg_at_10 == pytest.approx((1 + second + 0) / 3)
    assert found.answered_precision == pytest.approx(1 / 2)
    assert found.answered_coverage == pytest.approx(2 / 3)
    assert found.right_among_shown == pytest.approx(1 / 3)
    assert found.not_answered == pytest.approx(2 / 3)
    assert found.unanswered == pytest.approx(1 / 3)


def test_nothing_to_count_is_none() -> None:
    found = figures([judged({}, [], "unanswered")])
    assert found.sr_at_1 is None
    assert found.answered_precision is None
    assert figures([]).not_answered is None


def test_sets_are_reported_apart() -> None:
    by_set = figures_by_set([judged({"a": 2}, ["a"], name="kana"), judged({}, [], name="none")])
    assert list(by_set) == ["kana", "none"]
    assert by_set["kana"].sr_at_1 == 1.0


def test_questions_are_put_to_the_desk(small_desk: InquiryDesk) -> None:
    golden = [
        GoldenQuestion("粗大ごみを捨てたい", {"sodai-gomi": 2}),
        GoldenQuestion("ごみ券 払い戻し 手順", {"counter-manual": 2}),
        GoldenQuestion("ありがとう", {}),
        GoldenQuestion("", {}),
    ]
    seen: list[int] = []
    found = judge(small_desk, golden, NOON, lambda: seen.append(1))
    assert [one.kind for one in found] == ["answered", "answered", "fixed", "unanswered"]
    assert found[0].first_is_right
    assert found[1].shown[0] == "counter-manual"
    assert found[3].ranking == ()
    assert not found[3].is_wrong_answer
    assert len(seen) == 4
