"""The values of entries: kept only where they differ, and the best found without sorting all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.ranking import SignalValues, best_places
from bot.signals import Signal, moments

held_values = st.lists(st.integers(0, 5), min_size=1, max_size=300)
"""A whole number for each entry; most of a big book's are 0."""


def sparse(values: list[int]) -> Signal:
    array = np.array(values, dtype=np.float64)
    places = np.flatnonzero(array)
    return Signal(len(array), array[places], places)


@given(values=held_values, depth=st.integers(1, 30), seed=st.integers(0, 9), sees_all=st.booleans())
def test_the_best_places_are_those_of_a_stable_sort(
    values: list[int], depth: int, seed: int, sees_all: bool
) -> None:
    eligible = None if sees_all else np.random.default_rng(seed).random(len(values)) < 0.6
    order = np.argsort(-np.array(values), kind="stable")
    expected = (order if eligible is None else order[eligible[order]])[:depth]
    for scores in (sparse(values), Signal(len(values), np.array(values, dtype=np.float64))):
        np.testing.assert_array_equal(best_places(scores, depth, eligible), expected)


@given(values=held_values, others=held_values)
def test_scores_are_the_same_wherever_their_values_are_kept(
    values: list[int], others: list[int]
) -> None:
    size = min(len(values), len(others))
    kept = {"lexical": sparse(values[:size]), "meaning": sparse(others[:size])}
    whole = {name: signal.everywhere() for name, signal in kept.items()}
    weights = {"lexical": 0.6, "meaning": 0.3}
    expected = SignalValues.of(whole, weights).scores().everywhere()
    for signals in (kept, kept | {"meaning": Signal(size, whole["meaning"])}):
        scores = SignalValues(signals, weights).scores().everywhere()
        np.testing.assert_allclose(scores, expected, atol=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), max_size=50))
def test_standardised_values_have_mean_zero(values: list[float]) -> None:
    array = np.array(values)
    mean, spread = moments(array)
    assert spread >= 0
    if spread > 1e-6:
        assert abs(float(Signal(len(array), array).standardised().everywhere().mean())) < 1e-6
    else:
        assert len(values) == 0 or abs(mean - float(array.mean())) < 1e-9


@given(held_values)
def test_moments_count_the_entries_that_hold_nothing(values: list[int]) -> None:
    np.testing.assert_allclose(sparse(values).moments(), moments(np.array(values, dtype=float)))
