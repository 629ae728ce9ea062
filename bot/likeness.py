"""What the wording of a miss is like, and how alike two of them are.

Two wordings are of the same need when the same entries would answer both, as far as the ranking is
sure of itself; where it is not, when they say the same, in words and in meaning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.desk import InquiryDesk
from bot.question import Question
from bot.ranking import Ranker, Ranking
from bot.reply import Kind
from faq.arrays import Floats
from nlp.synonyms import SYNONYM_WEIGHT

TEMPERATURE: Final = 0.5
"""How sharply the profile prefers the first entries: softmax of scores divided by this."""

WORDS_SHARE: Final = 0.4
"""What words count beside meaning in how alike two texts are."""

_PROFILED: Final = 20

Postings = Mapping[str, tuple[NDArray[np.intp], Floats]]


@dataclass(frozen=True)
class Portrait:
    """What one wording is like, for the desk that drew it.

    `profile` shares out 1 among the nearest entries, best first; `terms` weighs its words and
    their synonyms (unit length); `vector` is what it means, None without the encoder; `right`,
    `scope` and `kind` are what the search made of it.
    """

    profile: Mapping[str, float]
    terms: Mapping[str, float]
    vector: NDArray[np.float32] | None = field(repr=False, compare=False)
    right: float
    scope: float
    kind: Kind

    @property
    def first(self) -> str:
        """The entry nearest to it, "" when there is none."""
        return next(iter(self.profile), "")


def portrait_of(desk: InquiryDesk, question: Question) -> Portrait:
    """Return what a question is like: one ranking."""
    return portrait_from(desk, ranking_of(desk, question))


def ranking_of(desk: InquiryDesk, question: Question) -> Ranking:
    """Return the ranking a desk would decide on: without the ward that a question names."""
    place = desk.places.find(question.text)
    if place and not place.alone:
        question = question.put_as(place.rest)
    return desk.search.rank(question)


def portrait_from(desk: InquiryDesk, ranking: Ranking) -> Portrait:
    """Return what a question is like whose ranking is already there."""
    searched = desk.search.searched(ranking)
    ranker = ranker_of(desk)
    return Portrait(
        profile=_profile(ranking),
        terms=_terms(ranker, ranking),
        vector=ranker.meaning.of_question(ranking.text) if ranker.meaning else None,
        right=searched.sure.right,
        scope=searched.sure.scope,
        kind=searched.kind,
    )


def ranker_of(desk: InquiryDesk) -> Ranker:
    """Return what a desk scores entries with."""
    return desk.search.ranker


class Gallery:
    """Portraits that many others are compared with: one pass over arrays for each."""

    def __init__(self, portraits: Sequence[Portrait]) -> None:
        self._size = len(portraits)
        self._right = np.array([one.right for one in portraits])
        self._terms = _postings(one.terms for one in portraits)
        # Shares by their roots: the product then sums to 1 for equal profiles (Bhattacharyya).
        self._profiles = _postings(_roots(one.profile) for one in portraits)
        vectors = [one.vector for one in portraits if one.vector is not None]
        self._vectors = np.stack(vectors) if vectors and len(vectors) == self._size else None

    def likeness(self, one: Portrait) -> Floats:
        """Return how alike a portrait and each of these are, from 0 to 1."""
        texts = self._overlaps(self._terms, one.terms)
        if self._vectors is not None and one.vector is not None:
            meanings = (self._vectors @ one.vector).astype(np.float64)
            texts = WORDS_SHARE * texts + (1 - WORDS_SHARE) * meanings
        profiles = self._overlaps(self._profiles, _roots(one.profile))
        sure = np.sqrt(one.right * self._right)
        found: Floats = np.clip(sure * profiles + (1 - sure) * texts, 0.0, 1.0)
        return found

    def _overlaps(self, postings: Postings, weights: Mapping[str, float]) -> Floats:
        sums = np.zeros(self._size)
        for name, weight in weights.items():
            if name in postings:
                rows, values = postings[name]
                sums[rows] += weight * values
        return sums


def likeness_of_all(portraits: Sequence[Portrait]) -> Floats:
    """Return how alike each two of the portraits are (n, n)."""
    gallery = Gallery(portraits)
    many = len(portraits)
    return np.array([gallery.likeness(one) for one in portraits]).reshape(many, many)


def _profile(ranking: Ranking) -> dict[str, float]:
    best = ranking.best[:_PROFILED]
    scores = np.array([one.score for one in best])
    shares = np.exp((scores - scores.max(initial=-np.inf)) / TEMPERATURE)
    return {
        one.entry_id: float(share / shares.sum()) for one, share in zip(best, shares, strict=True)
    }


def _terms(ranker: Ranker, ranking: Ranking) -> dict[str, float]:
    weights: dict[str, float] = {}
    for concept in ranking.concepts:
        idf = ranker.index.words.idf_of(concept.term)
        alone = (form[0] for form in concept.synonyms if len(form) == 1)
        for term, weight in ((concept.term, idf), *((one, SYNONYM_WEIGHT * idf) for one in alone)):
            weights[term] = max(weights.get(term, 0.0), weight)
    length = sum(weight * weight for weight in weights.values()) ** 0.5
    return {term: weight / length for term, weight in weights.items() if length}


def _roots(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: share**0.5 for name, share in shares.items()}


def _postings(rows: Iterable[Mapping[str, float]]) -> Postings:
    found: dict[str, tuple[list[int], list[float]]] = {}
    for at, weights in enumerate(rows):
        for name, weight in weights.items():
            places, values = found.setdefault(name, ([], []))
            places.append(at)
            values.append(weight)
    return {
        name: (np.array(places, dtype=np.intp), np.array(values))
        for name, (places, values) in found.items()
    }
