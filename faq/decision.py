"""What a city measured of its own questions: how sure is sure, and from where to answer."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

RankingKind = Literal["with_meaning", "without_meaning"]

RANKING_KINDS: Final[tuple[RankingKind, ...]] = ("with_meaning", "without_meaning")


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A probability p becomes that of slope x logit(p) + intercept (Platt 1999); slope > 0."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class TunedDecision:
    """Made by `toiawase tune`, approved by staff by publishing it; part of the book.

    `ranking` names the ranking it was measured with: it is of no use for the other one. The cuts
    are on recalibrated probabilities, as in a ConfidenceModel.
    """

    ranking: RankingKind
    right: Recalibration
    scope: Recalibration
    answer_from: float
    answer_scope: float
    reject_below: float
    questions: int
    made_on: date | None = None
