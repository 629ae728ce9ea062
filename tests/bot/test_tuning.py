import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.confidence import models_of, shipped_models
from bot.desk import InquiryDesk
from bot.errors import TuningRefused
from bot.examples import feedback_examples, golden_examples
from bot.inquiry import inquiry_of
from bot.question import Question
from bot.reply import Answered
from bot.training import Example, moved, moved_back
from bot.tuning import figures_of, tune
from faq.decision import Recalibration, TunedDecision
from faq.files.golden import GoldenQuestion
from tests.conftest import NOON

TODAY = date(2026, 11, 26)


def examples(seed: int = 0, shift: float = 1.5) -> list[Example]:
    """A city where the first entry is right more often than the shipped model believes."""
    drawn = random.Random(seed)
    found = []
    for at in range(400):
        told = drawn.uniform(0.02, 0.98)
        odds = told / (1 - told) * exp(shift)
        is_right = drawn.random() < odds / (1 + odds)
        found.append(Example(f"in{at}", told, drawn.uniform(0.5, 1), is_right, True, True))
    for at in range(100):
        told = drawn.uniform(0, 0.3)
        found.append(Example(f"off{at}", told, drawn.uniform(0, 0.7), False, False, False))
    return found


def test_confidence_comes_to_mean_what_it_says() -> None:
    found = tune(examples(), "with_meaning", None, TODAY, precision=0.9)
    before, after = figures_of(found.before), figures_of(found.after)
    assert after.calibration_error < before.calibration_error / 2
    assert found.decision.right.intercept > 0.5
    assert found.decision.made_on == TODAY
    assert found.decision.questions == 500


def test_the_wanted_precision_is_reached_on_questions_not_seen() -> None:
    for wanted in (0.8, 0.9, 0.95):
        found = tune(examples(), "with_meaning", None, TODAY, precision=wanted)
        reached = figures_of(found.after).precision
        assert reached is not None
        assert reached > wanted - 0.03


def test_without_a_wish_the_same_questions_are_rejected() -> None:
    found = tune(examples(), "with_meaning", None, TODAY, precision=0.9)
    before, after = figures_of(found.before), figures_of(found.after)
    assert after.in_scope_unanswered == pytest.approx(before.in_scope_unanswered, abs=0.02)
    strict = tune(examples(), "with_meaning", None, TODAY, precision=0.9, unanswered=0.2)
    assert figures_of(strict.after).in_scope_unanswered == pytest.approx(0.2, abs=0.03)


def test_golden_questions_that_would_fare_worse_are_named() -> None:
    found = tune(examples(), "with_meaning", None, TODAY, precision=0.9, unanswered=0.3)
    assert found.broken
    was = {verdict.example.query: verdict for verdict in found.before}
    assert all(was[one.query].is_good for one in found.broken)


def test_tuning_twice_changes_little() -> None:
    first = tune(examples(), "with_meaning", None, TODAY, precision=0.9)
    again = tune(examples(), "with_meaning", first.decision, TODAY, precision=0.9)
    assert again.decision.answer_from == pytest.approx(first.decision.answer_from, abs=0.01)
    assert again.decision.reject_below == pytest.approx(first.decision.reject_below, abs=0.01)
    assert not again.broken


@pytest.mark.parametrize("kept", [range(40), range(400), [*range(400), *range(400, 415)]])
def test_too_few_questions_are_refused_with_their_number(kept: list[int]) -> None:
    all_of_them = examples()
    with pytest.raises(TuningRefused, match="点検用質問が足りません"):
        tune([all_of_them[at] for at in kept], "with_meaning", None, TODAY, precision=0.9)


def test_feedback_never_outweighs_golden_questions() -> None:
    golden = examples()
    angry = [
        Example(f"told{at}", 0.9, 0.9, False, True, False, is_golden=False) for at in range(5_000)
    ]
    alone = tune(golden, "with_meaning", None, TODAY, precision=0.8).decision.right
    heard = tune([*golden, *angry], "with_meaning", None, TODAY, precision=0.8).decision.right
    assert moved(0.9, heard) < moved(0.9, alone)
    assert moved(0.9, heard) > 0.5


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.2, 5), st.floats(-5, 5))
def test_recalibrating_keeps_the_order_and_can_be_undone(
    one: float, other: float, slope: float, intercept: float
) -> None:
    by = Recalibration(slope, intercept)
    if one < other:
        assert moved(one, by) <= moved(other, by)
    there = moved(one, by)
    if 1e-5 < there < 1 - 1e-5:
        assert moved_back(there, by) == pytest.approx(one, rel=1e-4)


def test_a_tuned_model_tells_the_recalibrated_probability() -> None:
    by = Recalibration(1.4, -0.6)
    decision = TunedDecision("with_meaning", by, by, 0.6, 0.7, 0.2, 99)
    shipped, tuned = shipped_models()["with_meaning"], models_of(decision)["with_meaning"]
    features = dict.fromkeys({*shipped.right.weights, *shipped.scope.weights}, 0.4)
    expected = moved(shipped.right.probability(features), by)
    assert tuned.right.probability(features) == pytest.approx(expected)
    assert (tuned.answer_from, tuned.reject_below) == (0.6, 0.2)
    assert models_of(decision)["foreign"] == shipped_models()["foreign"]


def test_a_book_with_a_decision_is_served_by_it(
    wordy_desk: InquiryDesk,
    desk_of: Callable[..., InquiryDesk],
    asking: Callable[..., Question],
) -> None:
    question = asking("粗大ごみの出し方を教えてください")
    assert isinstance(wordy_desk.consider(question), Answered)
    never = TunedDecision("without_meaning", Recalibration(), Recalibration(), 1.0, 0.5, 0.0, 99)
    tuned = desk_of(replace(wordy_desk.book, decision=never))
    assert tuned.consider(question).kind == "unsure"
    other = desk_of(replace(wordy_desk.book, decision=replace(never, ranking="with_meaning")))
    assert other.consider(question).kind == "answered"


def test_examples_are_made_of_golden_questions_and_of_what_citizens_said(
    wordy_desk: InquiryDesk, asking: Callable[..., Question]
) -> None:
    golden = [
        GoldenQuestion("粗大ごみの出し方", {"sodai-gomi": 2}),
        GoldenQuestion("火星への行き方"),
        GoldenQuestion("ありがとう"),  # a fixed sentence
        GoldenQuestion(""),
    ]
    found = list(golden_examples(wordy_desk, golden, NOON, "without_meaning"))
    assert [(one.query, one.in_scope, one.is_right) for one in found] == [
        ("粗大ごみの出し方", True, True),
        ("火星への行き方", False, False),
    ]
    question = asking("粗大ごみを出したい")
    told = inquiry_of(question, wordy_desk.consider(question), 1)
    moved_on = replace(told, entry_id="gomi-hi")
    heard = list(
        feedback_examples(wordy_desk, [(told, False), (moved_on, True)], "without_meaning")
    )
    assert [(one.is_golden, one.is_right) for one in heard] == [(False, False)]
