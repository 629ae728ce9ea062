"""What a ranking shows of how sure it is: similarities, shares and differences, by name.

None looks at the question's style (length, endings, politeness): only at how the entries scored,
and how much the FAQ speaks of what was asked. All lie within one question, so that they mean
nearly the same for 400 entries and for 4,000.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.ranking import Ranker, Ranking
from bot.signals import moments
from faq.word_index import K1, WordIndex
from nlp.synonyms import SYNONYM_WEIGHT, Concept

LISTED: Final = 11
"""How many entries of a ranking the features look at."""

Features = Mapping[str, float]

_NEAR: Final = 5
_ENTRIES_A_NEAR_ONE: Final = 80
_GENERAL_FLOOR: Final = -16.0
_UNSEEN: Final = 0.1
_NO_EVIDENCE: Final = 3.8
_HALF_HELD: Final = 0.5
_FEW_ENTRIES: Final = 100
_USUAL_STANDING_OUT: Final = 7.0


def features_of(ranker: Ranker, ranking: Ranking) -> Features:
    """Return what the models see of a ranking with at least one entry."""
    top = np.array(ranking.places[:LISTED])
    scores = ranking.scores[top]
    shares = np.exp(scores - scores[0])
    shares /= shares.sum()
    found = {
        "entropy": float(-(shares * np.log(shares + 1e-12)).sum()),
        "agreement": _agreement(ranking, int(top[0])),
        "wording": _wording(ranker, ranking, int(top[0])),
    }
    return {**found, **_of_words(ranker, ranking, top), **_of_meaning(ranker, ranking, top)}


def _of_words(ranker: Ranker, ranking: Ranking, top: NDArray[np.intp]) -> Features:
    lexical, coverage = ranking.signals.values["lexical"], ranking.signals.values["coverage"]
    # In a small FAQ fewer entries can be near a question that is well in its scope.
    near = top[: max(2, min(_NEAR, len(ranking.scores) // _ENTRIES_A_NEAR_ONE))]
    ceiling = _ceiling(ranker.index.words, ranking.concepts)
    return {
        "lexical": float(lexical[top[0]]) / ceiling,
        "lexical_best": float(lexical[top].max()) / ceiling,
        "coverage5": float(coverage[near].mean()),
    }


def _of_meaning(ranker: Ranker, ranking: Ranking, top: NDArray[np.intp]) -> Features:
    """Return what needs vectors and how common words are in the language; {} without.

    `nearest`: of the nearest entry; `standing_out`: by how many standard deviations of all entries
    it is nearer than their mean.
    """
    if ranker.meaning is None:
        return {}
    meaning = ranking.signals.values["meaning"]
    nearest = float(meaning[top].max())
    mean, spread = moments(meaning)
    surprise = {
        concept.term: -max(ranker.meaning.encoder.log_share(concept.term), _GENERAL_FLOOR)
        for concept in ranking.concepts
    }
    return {
        "nearest": nearest,
        "standing_out": _standing_out(nearest, mean, spread, len(meaning)),
        "domain": _domain(ranker, ranking.concepts, surprise),
        "held": _held(ranker, ranking.concepts, surprise, int(top[0])),
    }


def _standing_out(nearest: float, mean: float, spread: float, entries: int) -> float:
    # Among n values none can be more than (n - 1) / sqrt(n) deviations off: in a FAQ of a few
    # dozen entries nothing stands out, and that says nothing of the question.
    if entries < _FEW_ENTRIES or not spread:
        return _USUAL_STANDING_OUT
    return (nearest - mean) / spread


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


def _ceiling(words: WordIndex, concepts: Sequence[Concept]) -> float:
    """Return the highest lexical signal there could be: every word, often, in a short text."""
    total = sum(concept.count * words.idf_of(concept.term) for concept in concepts)
    return math.sqrt(max((K1 + 1) * total, 1e-6))


def _domain(ranker: Ranker, concepts: Sequence[Concept], surprise: Mapping[str, float]) -> float:
    """Return the mean log ratio of the FAQ's use of the question's words to the language's.

    A question without a word gives no evidence either way.
    """
    words = ranker.index.words
    total = max(int(words.counts.sum()), 1)

    def log_share(term: str) -> float:
        by_synonym = (
            SYNONYM_WEIGHT * min(map(words.count_of, form)) for form in ranker.synonyms.of((term,))
        )
        return math.log((max(words.count_of(term), *by_synonym, 0) + _UNSEEN) / total)

    ratios = [log_share(concept.term) + surprise[concept.term] for concept in concepts]
    return sum(ratios) / len(ratios) if ratios else _NO_EVIDENCE


def _held(
    ranker: Ranker, concepts: Sequence[Concept], surprise: Mapping[str, float], at: int
) -> float:
    """Return the share of the question's words that an entry holds, itself or by a synonym.

    Each word counts by how surprising it is in the language at large: that the entry speaks of
    `住民票` says more than that it says `必要`.
    """
    total = sum(surprise.values())
    if not total:
        return _HALF_HELD
    held = (one.term for one in concepts if ranker.holds(at, one))
    return sum(surprise[term] for term in held) / total
