"""Fitting a decision: two numbers for each model (Platt scaling), then the cuts.

The two numbers are held near "as shipped" by a prior, so that a handful of questions changes
little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.confidence import shipped_models
from faq.decision import RankingKind, Recalibration, TunedDecision

_PRIOR: Final = 4.0
_FLATTEST: Final = 0.2
_STEEPEST: Final = 5.0
_FARTHEST: Final = 5.0
_DIGITS: Final = 4
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what the shipped model says of it, and what is true of it.

    `weight` is 1 for a golden question; feedback tells only whether the first entry is right, and
    counts less.
    """

    query: str
    right: float
    scope: float
    is_right: bool
    in_scope: bool
    shows_right: bool
    is_golden: bool = True
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Goal:
    """What a city wants: of what is Answered this share right, and few in scope Unanswered.

    Without a wish for `unanswered` the same questions are as now: those below `reject_below`, a cut
    on the shipped model's own P(in scope).
    """

    precision: float
    unanswered: float | None
    reject_below: float


def fit(examples: Sequence[Example], kind: RankingKind, goal: Goal, on: date) -> TunedDecision:
    """Return the decision that serves the goal best on these examples."""
    golden = [one for one in examples if one.is_golden]
    shipped = shipped_models()[kind]
    right = _platt(examples, [one.right for one in examples], [one.is_right for one in examples])
    scope = _platt(golden, [one.scope for one in golden], [one.in_scope for one in golden])
    answer_scope = moved(shipped.answer_scope, scope)
    reject = _reject_cut(golden, scope, goal)
    return TunedDecision(
        ranking=kind,
        right=right,
        scope=scope,
        answer_from=_answer_cut(golden, right, scope, max(answer_scope, reject), goal),
        answer_scope=round(answer_scope, _DIGITS),
        reject_below=reject,
        questions=len(golden),
        made_on=on,
    )


def moved(probability: float, by: Recalibration) -> float:
    """Return a probability as recalibrated."""
    return 1.0 / (1.0 + math.exp(-(by.slope * _logit(probability) + by.intercept)))


def moved_back(probability: float, by: Recalibration) -> float:
    """Return the probability that is recalibrated to this one."""
    return moved(probability, Recalibration(1 / by.slope, -by.intercept / by.slope))


def _logit(probability: float) -> float:
    kept = min(max(probability, _LEAST), 1.0 - _LEAST)
    return math.log(kept / (1.0 - kept))


def _platt(
    examples: Sequence[Example], told: Sequence[float], true: Sequence[bool]
) -> Recalibration:
    from scipy.optimize import minimize  # only here: the service itself never needs it

    logits = np.array([_logit(one) for one in told])
    truth = np.array(true, dtype=np.float64)
    weights = np.array([one.weight for one in examples])

    def loss(numbers: NDArray[np.float64]) -> float:
        slope, intercept = numbers
        x = slope * logits + intercept
        # -log likelihood of the truth: log(1 + e^x) - truth * x
        likelihood = float((weights * (np.logaddexp(0.0, x) - truth * x)).sum())
        return likelihood + _PRIOR * float((slope - 1.0) ** 2 + intercept**2)

    found = minimize(
        loss, np.array([1.0, 0.0]), bounds=[(_FLATTEST, _STEEPEST), (-_FARTHEST, _FARTHEST)]
    )
    slope, intercept = (round(float(one), _DIGITS) for one in found.x)
    return Recalibration(slope, intercept)


def _reject_cut(golden: Sequence[Example], scope: Recalibration, goal: Goal) -> float:
    """Return the highest cut that leaves at most the allowed share of in-scope ones Unanswered."""
    if goal.unanswered is None:
        return round(moved(goal.reject_below, scope), _DIGITS)
    inside = sorted(moved(one.scope, scope) for one in golden if one.in_scope)
    allowed = inside[min(int(goal.unanswered * len(inside)), len(inside) - 1)]
    return math.floor(allowed * 10**_DIGITS) / 10**_DIGITS


def _answer_cut(
    golden: Sequence[Example], right: Recalibration, scope: Recalibration, least: float, goal: Goal
) -> float:
    """Return the lowest cut above which the wanted share is expected to be right; 1 if none is.

    Expected by the recalibrated probabilities: their mean moves far less by chance than the share
    that happened to be right.
    """
    told = sorted(
        (moved(one.right, right) for one in golden if moved(one.scope, scope) >= least),
        reverse=True,
    )
    cut, total = 1.0, 0.0
    for count, one in enumerate(told, 1):
        total += one
        if total / count < goal.precision:
            break
        cut = one
    return math.floor(cut * 10**_DIGITS) / 10**_DIGITS
