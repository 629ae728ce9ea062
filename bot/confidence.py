"""How sure a ranking is: two small logistic models over its own numbers.

`right` gives P(the first entry answers the question), `scope` P(the question is one for this FAQ
at all). Neither looks at the question's style (length, endings, politeness): only at how the
entries scored, and how much the FAQ uses the question's nouns. All features are similarities,
shares or differences within one question, so that they mean nearly the same for 400 entries and
for 4,000.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import numpy as np

from bot.ranking import Ranker, Ranking
from faq.word_index import K1
from nlp.synonyms import SYNONYM_WEIGHT

_NEAR: Final = 5
_ENTRIES_A_NEAR_ONE: Final = 80
LISTED: Final = 11
"""How many entries of a ranking the features look at."""
_ALONE: Final = 3.0
_GENERAL_FLOOR: Final = -16.0
_UNSEEN: Final = 0.1
_NO_EVIDENCE: Final = 3.8

Features = Mapping[str, float]


class Logistic(msgspec.Struct, frozen=True):
    """P = 1 / (1 + e^-(intercept + sum of weight x feature)), on plain features."""

    weights: Mapping[str, float]
    intercept: float

    def probability(self, features: Features) -> float:
        """Return the probability for these features."""
        x = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(min(x, 30.0), -30.0)))


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


def model_for(ranking: Ranking) -> ConfidenceModel:
    """Return the shipped model that fits how the ranking was made."""
    weights = ranking.signals.weights
    if "meaning" not in weights:
        return shipped_models()["without_meaning"]
    return shipped_models()["with_meaning" if "lexical" in weights else "foreign"]


def confidence_of(ranker: Ranker, ranking: Ranking, model: ConfidenceModel) -> Confidence:
    """Return how sure the ranking is."""
    if not ranking.places:
        return Confidence(0.0, 0.0, {})
    features = features_of(ranker, ranking)
    return Confidence(
        model.right.probability(features), model.scope.probability(features), features
    )


def features_of(ranker: Ranker, ranking: Ranking) -> Features:
    """Return what the models see of a ranking with at least one entry."""
    signals = ranking.signals
    top = np.array(ranking.places[:LISTED])
    first = int(top[0])
    scores = ranking.scores[top]
    # In a small FAQ fewer entries can be near a question that is well in its scope.
    near = top[: max(2, min(_NEAR, len(ranking.scores) // _ENTRIES_A_NEAR_ONE))]
    ceiling = _ceiling(ranker, ranking)
    lexical, coverage = signals.values["lexical"], signals.values["coverage"]
    shares = np.exp(scores - scores[0])
    shares /= shares.sum()
    found = {
        "margin5": float(scores[0] - scores[1 : _NEAR + 1].mean()) if len(top) > 1 else _ALONE,
        "entropy": float(-(shares * np.log(shares + 1e-12)).sum()),
        "agreement": _agreement(ranking, first),
        "lexical": float(lexical[first]) / ceiling,
        "lexical_best": float(lexical[top].max()) / ceiling,
        "coverage5": float(coverage[near].mean()),
        "wording": _wording(ranker, ranking, first),
    }
    if "meaning" in signals.values:
        meaning = signals.values["meaning"]
        found["meaning"] = float(meaning[first])
        found["meaning5"] = float(meaning[near].mean())
        found["domain"] = _domain(ranker, ranking)
    return found


def _agreement(ranking: Ranking, first: int) -> float:
    signals = ranking.signals
    places = [
        1.0 / (1 + int((values > values[first]).sum()))
        for name, values in signals.values.items()
        if name in signals.weights
    ]
    return sum(places) / len(places)


def _wording(ranker: Ranker, ranking: Ranking, at: int) -> float:
    """Return how alike the question and the entry's most alike wording are, 0 to 1.

    IDF-weighted Jaccard overlap of their words: 1 when both say the same and nothing else.
    """
    idf = ranker.index.words.idf_of
    asked = {concept.term for concept in ranking.concepts}

    def overlap(wording: frozenset[str]) -> float:
        both = sum(map(idf, sorted(asked | wording)))
        return sum(map(idf, sorted(asked & wording))) / both if both else 0.0

    return max(map(overlap, ranker.wordings(at)), default=0.0)


def _ceiling(ranker: Ranker, ranking: Ranking) -> float:
    """Return the highest lexical signal there could be: every word, often, in a short text."""
    total = sum(
        concept.count * ranker.index.words.idf_of(concept.term) for concept in ranking.concepts
    )
    return math.sqrt(max((K1 + 1) * total, 1e-6))


def _domain(ranker: Ranker, ranking: Ranking) -> float:
    """Return the mean log ratio of the FAQ's use of the question's nouns to the language's.

    A question that names nothing gives no evidence either way.
    """
    words, meaning = ranker.index.words, ranker.meaning
    nouns = sorted(set(ranking.nouns))
    if meaning is None or not nouns:
        return _NO_EVIDENCE
    total = max(int(words.counts.sum()), 1)

    def log_share(noun: str) -> float:
        by_synonym = (
            SYNONYM_WEIGHT * min(map(words.count_of, form)) for form in ranker.synonyms.of((noun,))
        )
        return math.log((max(words.count_of(noun), *by_synonym, 0) + _UNSEEN) / total)

    ratios = [
        log_share(noun) - max(meaning.encoder.log_share(noun), _GENERAL_FLOOR) for noun in nouns
    ]
    return sum(ratios) / len(ratios)
