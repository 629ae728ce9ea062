"""Whether confidence means what it says: reliability, and what precision costs in coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = 10
"""Into how many bins of equal width probabilities are put."""


@dataclass(frozen=True, slots=True)
class Told:
    """A probability that was told, and whether what it was told of was true."""

    probability: float
    true: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """What was told on average, how often it was true, and of how many."""

    told: float
    true: float
    count: int


def reliability(told: Sequence[Told]) -> tuple[Bin, ...]:
    """Return the bins that hold something, lowest probability first."""
    bins: dict[int, list[Told]] = {}
    for one in told:
        bins.setdefault(min(int(one.probability * BINS), BINS - 1), []).append(one)
    return tuple(
        Bin(
            sum(one.probability for one in bins[at]) / len(bins[at]),
            sum(one.true for one in bins[at]) / len(bins[at]),
            len(bins[at]),
        )
        for at in sorted(bins)
    )


def expected_calibration_error(told: Sequence[Told]) -> float:
    """Return the mean gap between told and true over the bins, by their counts (Naeini 2015)."""
    gaps = (abs(one.told - one.true) * one.count for one in reliability(told))
    return sum(gaps) / max(len(told), 1)


def precision_by_coverage(told: Sequence[Told]) -> tuple[tuple[float, float], ...]:
    """Return (share answered, share right of it) for every place to cut, surest first."""
    ordered = sorted(told, key=lambda one: -one.probability)
    points = []
    right = 0
    for count, one in enumerate(ordered, 1):
        right += one.true
        if count == len(ordered) or ordered[count].probability < one.probability:
            points.append((count / len(ordered), right / count))
    return tuple(points)
