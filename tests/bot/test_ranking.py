"""Finding the best places without sorting all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.ranking import best_places
from bot.signals import moments, standardised


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=600),
    st.integers(1, 30),
)
def test_the_best_places_are_those_of_a_stable_sort(scores: list[int], depth: int) -> None:
    values = np.array(scores, dtype=np.float64)
    expected = np.argsort(-values, kind="stable")[:depth]
    np.testing.assert_array_equal(best_places(values, depth), expected)


def test_entries_that_may_not_be_seen_come_last() -> None:
    values = np.full(500, -np.inf)
    values[[7, 300]] = 1.0
    assert best_places(values, 3)[:2].tolist() == [7, 300]


@given(st.lists(st.floats(-1e3, 1e3), max_size=50))
def test_standardised_values_have_mean_zero(values: list[float]) -> None:
    array = np.array(values)
    mean, spread = moments(array)
    assert spread >= 0
    if spread > 1e-6:
        assert abs(float(standardised(array).mean())) < 1e-6
    else:
        assert len(values) == 0 or abs(mean - float(array.mean())) < 1e-9
