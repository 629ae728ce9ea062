import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calibration import (
    Told,
    expected_calibration_error,
    precision_by_coverage,
    reliability,
)

TOLD = st.lists(st.builds(Told, st.floats(0, 1), st.booleans()), max_size=60)


def test_bins_say_what_was_told_and_what_was_true() -> None:
    first, last = reliability([Told(0.1, False), Told(0.12, True), Told(1.0, True)])
    assert (first.told, first.true, first.count) == (pytest.approx(0.11), 0.5, 2)
    assert (last.told, last.true, last.count) == (1.0, 1.0, 1)


def test_honest_confidence_has_no_error_and_boasting_has_all() -> None:
    honest = [Told(0.75, True)] * 3 + [Told(0.75, False)]
    assert expected_calibration_error(honest) == 0
    assert expected_calibration_error([Told(1.0, False)] * 5) == 1
    assert expected_calibration_error([]) == 0


def test_precision_is_told_at_every_place_to_cut() -> None:
    told = [Told(0.9, True), Told(0.5, False), Told(0.5, True), Told(0.2, False)]
    assert precision_by_coverage(told) == ((0.25, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5))


@given(TOLD)
def test_every_question_is_in_one_bin(told: list[Told]) -> None:
    bins = reliability(told)
    assert sum(one.count for one in bins) == len(told)
    assert [one.told for one in bins] == sorted(one.told for one in bins)
    assert 0 <= expected_calibration_error(told) <= 1
    points = precision_by_coverage(told)
    assert [x for x, _ in points] == sorted({x for x, _ in points})
    assert not told or points[-1][0] == 1
