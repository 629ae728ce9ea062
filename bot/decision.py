"""From how sure a ranking is to a kind of reply: answer, ask back, or say that nothing fits."""

from dataclasses import dataclass
from typing import Final

from bot.confidence import Confidence, ConfidenceModel
from bot.reply import Kind

MAX_CANDIDATES: Final = 5
"""How many entries a citizen is shown to choose from, at most."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a city cuts, each from 0 to 1; None takes the cut shipped with the model.

    `answer`: least P(the first entry is right) for an answer. `unsure`: least P(the question is in
    scope) for showing candidates at all.
    """

    answer: float | None = None
    unsure: float | None = None


def decide(confidence: Confidence, model: ConfidenceModel, thresholds: Thresholds) -> Kind:
    """Return what kind of reply a ranking of this confidence deserves."""
    reject_below = model.reject_below if thresholds.unsure is None else thresholds.unsure
    answer_from = model.answer_from if thresholds.answer is None else thresholds.answer
    if confidence.scope < reject_below:
        return "unanswered"
    if confidence.right >= answer_from and confidence.scope >= model.answer_scope:
        return "answered"
    return "unsure"
