"""Ranking the entries of a book for a question, with every term's share in the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faq.book import FaqBook
from faq.index import FIELDS, FaqIndex, FieldQuery, Floats
from nlp.synonyms import SynonymTable, WeightedTerm

FIELD_WEIGHTS: Final[Mapping[str, float]] = {"question": 0.5, "answer": 0.5}
"""Share of each field's cosine in the score: equal halves were best on real citizens' questions."""

_UNKNOWN_IDF_MARGIN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one term adds to an entry's score through one field."""

    field: str
    term: str
    typed: tuple[str, ...]
    value: float

    @property
    def is_synonym(self) -> bool:
        """Whether the term was not typed but stands for words that were."""
        return self.term not in self.typed


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry at its place: its score, and the share of the question's words it holds (0 to 1)."""

    entry_id: str
    score: float
    coverage: float


@dataclass(frozen=True)
class Ranking:
    """The best entries for a question, best first; ties are in the order of their ids."""

    terms: tuple[WeightedTerm, ...]
    best: tuple[Ranked, ...]


class Ranker:
    """Scores the entries of one book; holds the arrays of its index, changes nothing."""

    def __init__(self, book: FaqBook, index: FaqIndex, synonyms: SynonymTable) -> None:
        self._book = book
        self._index = index
        self._synonyms = synonyms
        self._public = np.array([entry.audience == "public" for entry in book.entries], dtype=bool)
        self._last_days = np.array(
            [entry.expires_on or date.max for entry in book.entries], dtype="datetime64[D]"
        )
        self._positions = {entry.id: at for at, entry in enumerate(book.entries)}
        self._unknown_idf = _UNKNOWN_IDF_MARGIN + float(np.log(1 + len(book.entries)))

    def rank(self, terms: Sequence[str], *, staff: bool, on: date, depth: int) -> Ranking:
        """Return the `depth` best entries that the asker may see and that are valid on a day."""
        weighted = self._synonyms.expand(terms)
        scores = np.where(self._eligible(staff, on), self._scores(weighted), -1.0)
        order = np.argsort(-scores, kind="stable")[:depth]
        coverage = self._coverage(weighted)
        best = tuple(
            Ranked(self._book.entries[at].id, float(scores[at]), float(coverage[at]))
            for at in order
            if scores[at] >= 0
        )
        return Ranking(weighted, best)

    def _eligible(self, staff: bool, on: date) -> NDArray[np.bool_]:
        current = self._last_days >= np.datetime64(on)
        return current if staff else current & self._public

    def explain(self, ranking: Ranking, entry_id: str) -> tuple[Contribution, ...]:
        """Return every term's share in an entry's score, greatest first; they sum to the score."""
        at = self._positions[entry_id]
        typed = {term.term: term.typed for term in ranking.terms}
        found = [
            Contribution(field, term, typed[term], FIELD_WEIGHTS[field] * value)
            for field, query in self._queries(ranking.terms).items()
            for term, value in self._index.fields[field].contributions(query, at)
        ]
        return tuple(sorted(found, key=lambda part: (-part.value, part.field, part.term)))

    def _scores(self, terms: Sequence[WeightedTerm]) -> Floats:
        total = np.zeros(self._index.size)
        for field, query in self._queries(terms).items():
            total += FIELD_WEIGHTS[field] * self._index.fields[field].scores(
                query, self._index.size
            )
        return total

    def _queries(self, terms: Sequence[WeightedTerm]) -> dict[str, FieldQuery]:
        weights = {term.term: term.weight for term in terms}
        return {field: self._index.fields[field].query(weights) for field in FIELDS}

    def _coverage(self, terms: Sequence[WeightedTerm]) -> Floats:
        """Return, for each entry, the IDF-weighted share of the typed words that it holds.

        A synonym counts for the words it stands for at its weight. A word the whole book does not
        know weighs as much as the rarest one it knows: a question about something else must not
        look covered because its own words are left out.
        """
        covered = np.zeros(self._index.size)
        total = 0.0
        for typed in (term for term in terms if not term.is_synonym):
            idf = self._idf(typed.term)
            covered += idf * self._held(typed.term, terms)
            total += idf
        return covered / total if total else covered

    def _held(self, word: str, terms: Sequence[WeightedTerm]) -> Floats:
        held = np.zeros(self._index.size)
        for term in terms:
            if word in term.typed:
                for field in self._index.fields.values():
                    at = field.holders(term.term)
                    held[at] = np.maximum(held[at], term.weight)
        return held

    def _idf(self, term: str) -> float:
        found = [
            float(field.idf[field.vocabulary[term]])
            for field in self._index.fields.values()
            if term in field.vocabulary
        ]
        return min(found) if found else self._unknown_idf
