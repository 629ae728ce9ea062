"""Ranking the entries of a book for a question, with every signal's and word's share in it."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.signals import (
    Part,
    Signal,
    cosine_parts,
    meaning_signals,
    word_parts,
    word_signals,
)
from faq.arrays import Floats
from faq.book import FaqBook
from faq.index import FaqIndex
from nlp.meaning import Meaning
from nlp.synonyms import Concept, SynonymTable

WEIGHTS: Final[Mapping[str, float]] = {
    "lexical": 0.6,
    "coverage": 0.2,
    "meaning": 0.6,
    "passages": 0.6,
}
"""Weight of each signal's z-score; round on purpose, since the quality is flat around them."""

WEIGHTS_OF_WORDS: Final[Mapping[str, float]] = {"lexical": 0.8, "cosine": 0.8, "coverage": 0.2}
"""The same for a book without vectors: TF-IDF then adds what meaning would."""

WEIGHTS_OF_MEANING: Final[Mapping[str, float]] = {"meaning": 0.6, "passages": 0.6}
"""The same for a question without Japanese words: searching them as words only misleads."""

SIGNAL_LABELS: Final[Mapping[str, str]] = {
    "lexical": "ことばの一致",
    "coverage": "質問のことばを含む割合",
    "cosine": "ことばの重みの近さ",
    "meaning": "意味の近さ",
    "passages": "回答の文との近さ",
    "alone": "この質問だけでの点数",
    "before": "前の質問と合わせた点数",
    "topic": "前の回答と同じ分野",
    "repeated": "前の回答そのもの",
}


@dataclass(frozen=True, slots=True)
class Contribution(Part):
    """What one signal, through one word where it has words, adds to an entry's score."""

    signal: str


@dataclass(frozen=True)
class SignalValues:
    """All signals of one question over all entries, and the weights they are mixed with."""

    signals: Mapping[str, Signal]
    weights: Mapping[str, float]

    @classmethod
    def of(cls, values: Mapping[str, Floats], weights: Mapping[str, float]) -> "SignalValues":
        """Return signals of which each has a value for every entry."""
        return cls({name: Signal(len(one), one) for name, one in values.items()}, weights)

    @cached_property
    def values(self) -> Mapping[str, Floats]:
        """The signals, each with a value for every entry."""
        return {name: signal.everywhere() for name, signal in self.signals.items()}

    def scores(self) -> Signal:
        """Return the weighted sum of the z-scores."""
        weighted = (self.signals[name].standardised(one) for name, one in self.weights.items())
        return reduce(operator.add, weighted)


def best_places(
    scores: Signal, depth: int, eligible: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """Return where the `depth` highest scores of the entries (the eligible ones) stand, best first.

    Ties are in the order of places. No score may be below the base of all.
    """
    above, places = scores.above, scores.places
    if eligible is not None:
        kept = np.flatnonzero(eligible if places is None else eligible[places])
        above, places = above[kept], kept if places is None else places[kept]
    highest = _highest(above, depth)
    best = highest if places is None else places[highest]
    if scores.places is None or len(best) == depth:
        return best
    others = np.ones(scores.size, dtype=bool) if eligible is None else eligible.copy()
    others[scores.places] = False
    return np.concatenate([best, np.flatnonzero(others)[: depth - len(best)]])


def _highest(values: Floats, depth: int) -> NDArray[np.intp]:
    """Return where the `depth` highest values stand, highest first, without sorting them all."""
    if len(values) <= depth:
        return (-values).argsort(kind="stable")
    near = np.flatnonzero(values >= np.partition(values, -depth)[-depth])
    return near[np.argsort(-values[near], kind="stable")[:depth]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry at its place."""

    entry_id: str
    score: float


@dataclass(frozen=True)
class Ranking:
    """The best entries for a question, best first; ties are in the order of their ids.

    `text` is the question as it was searched; `places` are the entries' positions in the book;
    `signals` are kept for explaining and deciding; `expired` is an entry that would be the first
    were it still valid; `eligible` says of each entry whether the asker may see it.
    """

    text: str
    concepts: tuple[Concept, ...]
    best: tuple[Ranked, ...]
    places: tuple[int, ...] = field(repr=False)
    scores: Floats = field(repr=False, compare=False)
    signals: SignalValues = field(repr=False, compare=False)
    expired: str | None = None
    eligible: NDArray[np.bool_] = field(
        default_factory=lambda: np.empty(0, dtype=bool), repr=False, compare=False
    )

    @property
    def goes_on(self) -> bool:
        """Whether it is of a message that goes on with what was answered before."""
        return "before" in self.signals.weights

    def without_signals(self) -> "Ranking":
        """Return the ranking as it is told, without the arrays that explain it."""
        signals = SignalValues({}, self.signals.weights)
        nothing = np.empty(0, dtype=bool)
        return replace(self, scores=np.empty(0), signals=signals, eligible=nothing)

    def led_by(self, entry_id: str) -> "Ranking":
        """Return the ranking with one of its entries first, whatever its score."""
        order = sorted(range(len(self.best)), key=lambda at: self.best[at].entry_id != entry_id)
        return replace(
            self,
            best=tuple(self.best[at] for at in order),
            places=tuple(self.places[at] for at in order),
        )


class Ranker:
    """Scores the entries of one book; holds the arrays of its index, changes nothing."""

    def __init__(
        self,
        book: FaqBook,
        index: FaqIndex,
        synonyms: SynonymTable,
        meaning: Meaning | None,
        terms: Callable[[str], tuple[str, ...]],
    ) -> None:
        self._entries = book.entries
        self._terms = terms
        self._wordings: dict[int, tuple[frozenset[str], ...]] = {}
        self.index = index
        self.synonyms = synonyms
        self.meaning = meaning if index.vectors is not None else None
        self._ids = [entry.id for entry in book.entries]
        self._public = np.array([entry.audience == "public" for entry in book.entries], dtype=bool)
        self._last_days = np.array(
            [entry.expires_on or date.max for entry in book.entries], dtype="datetime64[D]"
        )
        self._positions = {entry_id: at for at, entry_id in enumerate(self._ids)}

    def rank(
        self,
        text: str,
        terms: Sequence[str],
        *,
        staff: bool,
        on: date,
        depth: int,
        foreign: bool = False,
        even_expired: bool = False,
        vector: NDArray[np.float32] | None = None,
    ) -> Ranking:
        """Return the `depth` best entries that the asker may see and that are valid on a day.

        `vector` is what the text means, where that is known already.
        """
        concepts = self.synonyms.concepts(terms)
        signals = self._signals(text, concepts, vector, foreign=foreign)
        eligible = self._eligible(staff, date.min if even_expired else on)
        places, best, scores = self._best(signals, eligible, depth)
        expired = self._better_expired(scores, eligible, staff, best)
        return Ranking(text, concepts, best, places, scores, signals, expired, eligible)

    def _best(
        self, signals: SignalValues, eligible: NDArray[np.bool_], depth: int
    ) -> tuple[tuple[int, ...], tuple[Ranked, ...], Floats]:
        """Return the best eligible entries, by their places and as ranked, and all scores."""
        mixed = signals.scores()
        scores = mixed.everywhere()
        places = tuple(best_places(mixed, depth, eligible).tolist())
        best = tuple(Ranked(self._ids[at], float(scores[at])) for at in places)
        return places, best, scores

    def _better_expired(
        self, scores: Floats, eligible: NDArray[np.bool_], staff: bool, best: Sequence[Ranked]
    ) -> str | None:
        expired = ~eligible if staff else ~eligible & self._public
        if not expired.any():
            return None
        at = int(np.argmax(np.where(expired, scores, -np.inf)))
        return self._ids[at] if not best or scores[at] > best[0].score else None

    def beside(
        self,
        alone: Ranking,
        together: Ranking,
        entry_id: str,
        around: Iterable[str],
        shares: tuple[float, float, float],
    ) -> Ranking:
        """Return the ranking of a message that goes on with an entry.

        `alone` ranks the message itself, `together` the entry's question and the message; `shares`
        are the weight of the latter, and how many standard deviations it is worth to be one of the
        entries around, and the entry itself loses.
        """
        same = np.zeros(len(self._entries))
        same[self.places_of(around)] = 1.0
        repeated = np.zeros(len(same))
        repeated[self._positions[entry_id]] = 1.0
        weight, bonus, cost = shares
        signals = SignalValues.of(
            {
                "alone": alone.scores,
                "before": together.scores,
                "topic": same,
                "repeated": repeated,
            },
            {
                "alone": 1.0,
                "before": weight,
                # The score takes z-scores: undone here, for both are plain marks.
                "topic": bonus * float(same.std()),
                "repeated": -cost * float(repeated.std()),
            },
        )
        places, best, scores = self._best(signals, alone.eligible, len(alone.places))
        return replace(alone, best=best, places=places, scores=scores, signals=signals)

    def places_of(self, entry_ids: Iterable[str]) -> list[int]:
        """Return the entries' positions in the book, in the order given."""
        return [self._positions[one] for one in entry_ids]

    def strangers(self, terms: Sequence[str], entry_ids: Iterable[str]) -> int:
        """Return how many of the words none of the entries holds, itself or by a synonym."""
        places = self.places_of(entry_ids)
        concepts = self.synonyms.concepts(terms)
        return sum(not any(self.holds(at, one) for at in places) for one in concepts)

    def speaks_of(self, entry_id: str, terms: Sequence[str]) -> bool:
        """Tell whether an entry holds all of the words, itself or by a synonym."""
        at = self._positions[entry_id]
        return all(self.holds(at, concept) for concept in self.synonyms.concepts(terms))

    def holds(self, at: int, concept: Concept) -> bool:
        """Tell whether the entry at a place holds a word, or all words of a synonym."""
        first, last = int(self.index.row_starts[at]), int(self.index.row_starts[at + 1])

        def stands(term: str) -> bool:
            rows, _ = self.index.words.holders(term)
            found = int(np.searchsorted(rows, first))
            return found < len(rows) and int(rows[found]) < last

        return stands(concept.term) or any(all(map(stands, form)) for form in concept.synonyms)

    def wordings(self, at: int) -> tuple[frozenset[str], ...]:
        """Return the words of each of an entry's wordings; split when first asked for."""
        if at not in self._wordings:
            questions = (question for question, _ in self._entries[at].wordings())
            self._wordings[at] = tuple(frozenset(self._terms(one)) for one in questions)
        return self._wordings[at]

    def suggest(self, terms: Sequence[str], *, on: date, limit: int) -> tuple[str, ...]:
        """Return the public entries nearest by words alone: quick enough for every key pressed."""
        lexical = word_signals(self.index, self.synonyms.concepts(terms))["lexical"]
        # Neither the order nor the rest below it may name what citizens cannot read.
        order = best_places(lexical, limit, self._eligible(False, on))
        values = lexical.everywhere()
        return tuple(self._ids[at] for at in order.tolist() if values[at] > 0)

    def explain(self, ranking: Ranking, entry_id: str) -> tuple[Contribution, ...]:
        """Return every share in an entry's score, greatest first; they sum to the score.

        The z-score takes the mean over all entries away; that share has no word.
        """
        at = self._positions[entry_id]
        parts = self._parts(ranking, at)
        found: list[Contribution] = []
        for name, weight in ranking.signals.weights.items():
            mean, spread = ranking.signals.signals[name].moments()
            if not spread:
                continue
            scale = weight / spread
            shares = parts.get(name, [])
            found += [
                Contribution(part.term, part.typed, scale * part.value, name) for part in shares
            ]
            value = float(ranking.signals.values[name][at])
            rest = value - sum(part.value for part in shares) - mean
            found.append(Contribution("", "", scale * rest, name))
        return tuple(sorted(found, key=lambda one: (-one.value, one.signal, one.term)))

    def _signals(
        self,
        text: str,
        concepts: Sequence[Concept],
        vector: NDArray[np.float32] | None,
        *,
        foreign: bool,
    ) -> SignalValues:
        vectors = self.index.vectors
        if self.meaning is None or vectors is None:
            words = word_signals(self.index, concepts, with_cosine=True)
            return SignalValues(words, WEIGHTS_OF_WORDS)
        words = word_signals(self.index, concepts)
        question = self.meaning.of_question(text) if vector is None else vector
        near = meaning_signals(self.index, vectors, question, words["lexical"])
        return SignalValues(words | near, WEIGHTS_OF_MEANING if foreign else WEIGHTS)

    def _parts(self, ranking: Ranking, at: int) -> Mapping[str, list[Part]]:
        parts = word_parts(self.index, ranking.concepts, at)
        if "cosine" in ranking.signals.weights:
            parts["cosine"] = cosine_parts(self.index, ranking.concepts, at)
        return parts

    def _eligible(self, staff: bool, on: date) -> NDArray[np.bool_]:
        current = self._last_days >= np.datetime64(on)
        return current if staff else current & self._public
