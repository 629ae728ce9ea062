"""From a ranking to a kind of reply: answer, ask back, or say that nothing fits."""

from dataclasses import dataclass
from typing import Final

from bot.ranking import Ranked, Ranking
from bot.reply import Kind

MAX_CANDIDATES: Final = 5
"""How many entries a citizen is shown to choose from, at most."""

ANSWER_THRESHOLD: Final = 0.45
UNSURE_THRESHOLD: Final = 0.25


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least confidence for an answer, and for showing candidates; 0 <= unsure <= answer <= 1."""

    answer: float = ANSWER_THRESHOLD
    unsure: float = UNSURE_THRESHOLD

    def __post_init__(self) -> None:
        if not 0 <= self.unsure <= self.answer <= 1:
            raise ValueError("thresholds must satisfy 0 <= unsure <= answer <= 1")


def confidence(ranked: Ranked) -> float:
    """Return how sure an entry is, 0 to 1: the mean of its score and its coverage.

    The cosine alone is only relative (a question of one known word may score high on anything that
    holds it); the share of the question's words that the entry holds says whether it is about it.
    """
    return min(1.0, max(0.0, (ranked.score + ranked.coverage) / 2))


def decide(ranking: Ranking, thresholds: Thresholds) -> Kind:
    """Return what kind of reply the ranking deserves."""
    if not ranking.best:
        return "unanswered"
    best = confidence(ranking.best[0])
    if best >= thresholds.answer:
        return "answered"
    return "unsure" if best >= thresholds.unsure else "unanswered"
