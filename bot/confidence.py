"""How sure a ranking is: two small logistic models over its own numbers.

`right` gives P(the first entry answers the question), `scope` P(the question is one for this FAQ
at all). What they see is in bot/features.py; scripts/fit_decision.py fits them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from bot.features import Features
from bot.ranking import Ranking
from faq.decision import Recalibration, TunedDecision


class Logistic(msgspec.Struct, frozen=True):
    """P = 1 / (1 + e^-(intercept + sum of weight x feature)), on plain features."""

    weights: Mapping[str, float]
    intercept: float

    def probability(self, features: Features) -> float:
        """Return the probability for these features."""
        x = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(min(x, 30.0), -30.0)))

    def recalibrated(self, by: Recalibration) -> "Logistic":
        """Return the model with its logit stretched and moved."""
        weights = {name: by.slope * weight for name, weight in self.weights.items()}
        return Logistic(weights, by.slope * self.intercept + by.intercept)


class ConfidenceModel(msgspec.Struct, frozen=True):
    """Both models and where they are cut by default; shipped as JSON."""

    right: Logistic
    scope: Logistic
    answer_from: float
    answer_scope: float
    reject_below: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """P(the first entry is right) and P(the question is in scope), with what they came from."""

    right: float
    scope: float
    features: Features


@cache
def shipped_models() -> Mapping[str, ConfidenceModel]:
    """Return the fitted models: with meaning, by words alone, and for foreign languages."""
    data = files("bot").joinpath("data/decision.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, ConfidenceModel])


def models_of(decision: TunedDecision | None) -> Mapping[str, ConfidenceModel]:
    """Return the shipped models, the one that a city has tuned in its tuned form."""
    models = shipped_models()
    if decision is None:
        return models
    shipped = models[decision.ranking]
    tuned = ConfidenceModel(
        shipped.right.recalibrated(decision.right),
        shipped.scope.recalibrated(decision.scope),
        decision.answer_from,
        decision.answer_scope,
        decision.reject_below,
    )
    return {**models, decision.ranking: tuned}


def model_name(ranking: Ranking) -> str:
    """Return which of the models fits how the ranking was made."""
    weights = ranking.signals.weights
    if "meaning" not in weights:
        return "without_meaning"
    return "with_meaning" if "lexical" in weights else "foreign"


def confidence_of(features: Features, model: ConfidenceModel) -> Confidence:
    """Return how sure a ranking with these features is; an empty one is not sure at all."""
    if not features:
        return Confidence(0.0, 0.0, {})
    return Confidence(
        model.right.probability(features), model.scope.probability(features), features
    )
