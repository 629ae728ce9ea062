"""Holding a decision fitted to a city's own questions against the one it has.

The figures are by cross-validation: no question is judged with numbers that it helped to choose.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from bot.calibration import Told, expected_calibration_error
from bot.confidence import Confidence, models_of, shipped_models
from bot.decision import Thresholds, decide
from bot.errors import TuningRefused
from bot.reply import Kind
from bot.training import Example, Goal, fit, moved, moved_back
from faq.decision import RankingKind, Recalibration, TunedDecision

FEWEST_IN_SCOPE: Final = 50
FEWEST_OUT_OF_SCOPE: Final = 20
"""With fewer golden questions than these the cuts would be chance."""

_FOLDS: Final = 5
_FEEDBACK_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class DecisionFigures:
    """How golden questions fare; shares from 0 to 1, None where there is nothing to count.

    `precision` counts an Answered question that must not be answered as wrong.
    """

    precision: float | None
    coverage: float
    in_scope_unanswered: float
    shown: float
    out_of_scope_answered: float
    out_of_scope_unanswered: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Decided:
    """What would be decided of an example, and with what confidence."""

    example: Example
    confidence: float
    kind: Kind

    @property
    def is_good(self) -> bool:
        """Whether the citizen was served: a right entry shown, or no answer where none is right."""
        if not self.example.in_scope:
            return self.kind != "answered"
        return self.kind != "unanswered" and self.example.shows_right


@dataclass(frozen=True)
class Tuning:
    """A decision ready to be written, with the verdicts before and after (cross-validated)."""

    decision: TunedDecision
    before: tuple[Decided, ...]
    after: tuple[Decided, ...]
    broken: tuple[Example, ...]


def tune(
    examples: Sequence[Example],
    kind: RankingKind,
    current: TunedDecision | None,
    on: date,
    *,
    precision: float,
    unanswered: float | None = None,
    seed: int = 0,
) -> Tuning:
    """Fit a decision and hold it against the current one.

    `precision`: the wanted share of right ones among the Answered; `unanswered`: the allowed share
    of Unanswered ones in scope, None for those that are now.

    Raises TuningRefused when there is too little to learn from.
    """
    golden = [one for one in examples if one.is_golden]
    _require_enough(golden)
    weighed = _weighed(examples)
    if current and current.ranking != kind:
        current = None
    goal = Goal(precision, unanswered, _rejects_below(current, kind))
    before = _judged(golden, kind, current)
    decision = fit(weighed, kind, goal, on)
    now = _judged(golden, kind, decision)
    return Tuning(
        decision,
        tuple(before),
        _cross_validated(weighed, kind, goal, on, seed),
        tuple(
            was.example
            for was, will in zip(before, now, strict=True)
            if was.is_good and not will.is_good
        ),
    )


def figures_of(verdicts: Sequence[Decided]) -> DecisionFigures:
    """Return the figures of golden questions."""
    inside = [one for one in verdicts if one.example.in_scope]
    outside = [one for one in verdicts if not one.example.in_scope]
    answered = [one for one in verdicts if one.kind == "answered"]
    return DecisionFigures(
        precision=_share(answered, lambda one: one.example.is_right) if answered else None,
        coverage=_share(inside, lambda one: one.kind == "answered"),
        in_scope_unanswered=_share(inside, lambda one: one.kind == "unanswered"),
        shown=_share(inside, lambda one: one.is_good),
        out_of_scope_answered=_share(outside, lambda one: one.kind == "answered"),
        out_of_scope_unanswered=_share(outside, lambda one: one.kind == "unanswered"),
        calibration_error=expected_calibration_error(told_of(verdicts)),
    )


def told_of(verdicts: Sequence[Decided]) -> list[Told]:
    """Return each confidence with whether the first entry was right."""
    return [Told(one.confidence, one.example.is_right) for one in verdicts]


def _require_enough(golden: Sequence[Example]) -> None:
    inside = sum(one.in_scope for one in golden)
    outside = len(golden) - inside
    if inside < FEWEST_IN_SCOPE or outside < FEWEST_OUT_OF_SCOPE:
        raise TuningRefused(
            "点検用質問が足りません。"
            f"答えのある質問は {FEWEST_IN_SCOPE} 件以上（今は {inside} 件）、"
            f"答えてはいけない質問は {FEWEST_OUT_OF_SCOPE} 件以上（今は {outside} 件）要ります。"
            "golden.jsonl に足してください"
        )


def _rejects_below(current: TunedDecision | None, kind: RankingKind) -> float:
    if current is None:
        return shipped_models()[kind].reject_below
    return moved_back(current.reject_below, current.scope)


def _weighed(examples: Sequence[Example]) -> list[Example]:
    """Let all feedback together count at most a quarter of the golden questions."""
    told = sum(not one.is_golden for one in examples)
    weight = min(1.0, _FEEDBACK_SHARE * (len(examples) - told) / max(told, 1))
    return [one if one.is_golden else replace(one, weight=weight) for one in examples]


def _cross_validated(
    examples: Sequence[Example], kind: RankingKind, goal: Goal, on: date, seed: int
) -> tuple[Decided, ...]:
    golden = [one for one in examples if one.is_golden]
    order = np.random.default_rng(seed).permutation(len(golden))
    found: list[Decided] = []
    for fold in range(_FOLDS):
        held = [golden[at] for at in order[fold::_FOLDS]]
        asked = {one.query for one in held}
        seen = [one for one in examples if one.query not in asked]
        found += _judged(held, kind, fit(seen, kind, goal, on))
    return tuple(found)


def _judged(
    golden: Sequence[Example], kind: RankingKind, decision: TunedDecision | None
) -> list[Decided]:
    model = models_of(decision)[kind]
    as_told = Recalibration()
    right, scope = (decision.right, decision.scope) if decision else (as_told, as_told)
    found = []
    for one in golden:
        sure = Confidence(moved(one.right, right), moved(one.scope, scope), {})
        found.append(Decided(one, sure.right, decide(sure, model, Thresholds())))
    return found


def _share(verdicts: Sequence[Decided], is_one: Callable[[Decided], bool]) -> float:
    return sum(map(is_one, verdicts)) / max(len(verdicts), 1)
