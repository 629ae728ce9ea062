"""What one more phrasing of an entry would make of questions, without building an index.

A phrasing is one more row of its entry, and an entry is as near as its nearest row: only that
entry's values change, and with them how it stands out among all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.desk import InquiryDesk
from bot.features import LISTED
from bot.likeness import Gallery, Portrait, ranking_of
from bot.question import Question
from bot.ranking import Ranker, Ranking, SignalValues
from bot.search import DEPTH, Search, Searched
from bot.signals import word_signals
from faq.build import field_text
from faq.index import FaqIndex
from faq.text_field import TextField
from faq.word_index import K1, B, WordIndex
from nlp.entry_vectors import ANSWER_CHARACTERS
from nlp.meaning import Meaning
from nlp.passages import clean
from nlp.pooling import mix
from nlp.synonyms import Concept

_REPLAYED: Final = 60


class TrialSearch(Search):
    """The search of a desk as it would be if one entry had one more phrasing."""

    def __init__(self, search: Search, entry_id: str, phrasing: str) -> None:
        # All but the ranker is shared with the search it is made from.
        vars(self).update(vars(search))
        self._trial = _TrialRanker(search.ranker, entry_id, self._kana.rewrite(phrasing))
        self._ranker = self._trial

    def again(self, ranking: Ranking, vector: NDArray[np.float32] | None) -> Searched:
        """Return what becomes of a question that was ranked without the phrasing.

        `vector` is what the question means; without it only its words are looked at anew.
        """
        return self.searched(self._trial.again(ranking, vector))


@dataclass(frozen=True)
class Member:
    """One wording of a cluster, with what it is like and how often it was asked."""

    question: Question
    portrait: Portrait
    times: int = 1


class PastQuestions:
    """Questions that missed before, among which a phrasing may recover some."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = members
        self._gallery = Gallery([one.portrait for one in members])

    def near(self, portrait: Portrait, many: int = _REPLAYED) -> list[Member]:
        """Return the questions most alike to a wording, the most alike first."""
        order = np.argsort(-self._gallery.likeness(portrait), kind="stable")[:many]
        return [self._members[at] for at in order]


class Replay:
    """A cluster's questions and the past ones most like them, asked anew with a phrasing more."""

    def __init__(
        self,
        desk: InquiryDesk,
        members: Sequence[Member],
        past: PastQuestions | None,
        wordings: Sequence[Member],
    ) -> None:
        self._desk = desk
        self._wordings = wordings
        asked = [*members[:_REPLAYED], *(past.near(members[0].portrait) if past else [])]
        self._asked = [(one, ranking_of(desk, one.question)) for one in asked]
        self._times = np.array([one.times for one in asked])
        # Asked only once, it is not there to be the phrasing when it is asked.
        self._is_itself = np.array(
            [
                [one.times == 1 and one.question.text == wording.question.text for one in asked]
                for wording in wordings
            ]
        )

    @property
    def times(self) -> int:
        """How often all of them were asked."""
        return int(self._times.sum())

    def best_for(self, entry_id: str) -> tuple[int, int]:
        """Return which wording recovers most, and how often it would be of use.

        Each question is foretold from the others: by the wording that is best without it.
        """
        hits = np.array([self._hits(entry_id, wording) for wording in self._wordings])
        of_use = np.where(hits & ~self._is_itself, self._times, 0)
        # Of equals the most typical wording, which comes first.
        best = int(of_use.sum(axis=1).argmax())
        without = of_use.sum(axis=1, keepdims=True) - of_use
        chosen = np.where(self._is_itself, -1, without).argmax(axis=0)
        foretold = of_use[chosen, np.arange(len(self._asked))]
        return best, int(foretold.sum())

    def _hits(self, entry_id: str, wording: Member) -> list[bool]:
        """Tell of each question whether it would be answered with the entry, and is not now."""
        trial = TrialSearch(self._desk.search, entry_id, wording.question.text)
        return [
            not _gives(one.portrait, entry_id)
            and _would_give(trial.again(ranking, one.portrait.vector), entry_id)
            for one, ranking in self._asked
        ]


def _gives(portrait: Portrait, entry_id: str) -> bool:
    return portrait.kind == "answered" and portrait.first == entry_id


def _would_give(searched: Searched, entry_id: str) -> bool:
    best = searched.ranking.best
    return searched.kind == "answered" and bool(best) and best[0].entry_id == entry_id


class _TrialRanker(Ranker):
    """A ranker that knows one more row of one entry."""

    def __init__(self, ranker: Ranker, entry_id: str, phrasing: str) -> None:
        vars(self).update(vars(ranker))
        self._at = self._positions[entry_id]
        entry = self._entries[self._at]
        answer = entry.wordings()[0][1]
        self._asked = frozenset(self._terms(phrasing))
        told = self._terms(answer)
        added = replace(entry, phrasings=(*entry.phrasings, phrasing))
        self._row = FaqIndex(
            digest="",
            size=1,
            row_starts=np.array([0, 1]),
            words=_row_of_words(self.index.words, (*self._terms(phrasing), *told), self.index.size),
            fields={
                "question": _only(
                    self.index.fields["question"], self._terms(field_text(added, "question"))
                ),
                "answer": _only(
                    self.index.fields["answer"], self._terms(field_text(added, "answer"))
                ),
            },
            vectors=None,
        )
        self._held = frozenset(self._row.words.vocabulary)
        self._vector = _vector(self.meaning, phrasing, answer) if self.meaning else None

    def again(self, ranking: Ranking, vector: NDArray[np.float32] | None) -> Ranking:
        """Return the ranking with the values of the one entry as the phrasing makes them."""
        values = dict(ranking.signals.values)
        row = word_signals(self._row, ranking.concepts, with_cosine="cosine" in values)
        for name, signal in row.items():
            values[name] = self._with_row(name, values[name], float(signal.everywhere()[0]))
        if vector is not None and self._vector is not None and "meaning" in values:
            near = float(self._vector @ vector)
            values["meaning"] = self._with_row("meaning", values["meaning"], near)
            values["passages"] = self._nearer_passages(values, vector)
        signals = SignalValues.of(values, ranking.signals.weights)
        places, best, scores = self._best(signals, ranking.eligible, max(DEPTH, LISTED))
        return replace(ranking, best=best, places=places, scores=scores, signals=signals)

    def wordings(self, at: int) -> tuple[frozenset[str], ...]:
        """Return the words of each of an entry's wordings, the phrasing on trial among them."""
        known = super().wordings(at)
        return (*known, self._asked) if at == self._at else known

    def holds(self, at: int, concept: Concept) -> bool:
        """Tell whether the entry at a place holds a word, or all words of a synonym."""
        if super().holds(at, concept):
            return True
        forms = ((concept.term,), *concept.synonyms)
        return at == self._at and any(self._held.issuperset(form) for form in forms)

    def _with_row(self, name: str, values: NDArray[np.float64], row: float) -> NDArray[np.float64]:
        changed = values.copy()
        # The cosine is of all wordings in one text: it can fall as well as rise.
        changed[self._at] = row if name == "cosine" else max(row, float(values[self._at]))
        return changed

    def _nearer_passages(
        self, values: Mapping[str, NDArray[np.float64]], vector: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        # The entry is a candidate now, whose passages are compared.
        passages = values["passages"].copy()
        vectors = self.index.vectors
        if vectors is not None:
            at = np.array([self._at])
            near = vectors.passage_similarities(vector, values["meaning"], at)
            passages[self._at] = near[self._at]
        return passages


@dataclass(frozen=True)
class _RowWords(WordIndex):
    """The words of one row, which weigh what they weigh in the whole index."""

    whole: WordIndex

    def idf_of(self, term: str) -> float:
        """Return how telling a term is in the whole index."""
        return self.whole.idf_of(term)


def _row_of_words(whole: WordIndex, terms: tuple[str, ...], entries: int) -> _RowWords:
    """Return the BM25 row of a text, as faq.build would add it to an index."""
    counts = Counter(terms)
    tf = np.array(list(counts.values()), dtype=np.float64)
    # Of the entries' main rows, which is nearly that of all rows.
    mean_length = max(float(whole.counts.sum()) / max(entries, 1), 1.0)
    norm = K1 * (1 - B + B * len(terms) / mean_length)
    many = len(counts)
    return _RowWords(
        size=1,
        vocabulary={term: at for at, term in enumerate(counts)},
        starts=range(many + 1),
        rows=np.zeros(many, dtype=np.int32),
        strength=(tf * (K1 + 1) / (tf + norm)).astype(np.float32),
        idf=[whole.idf_of(term) for term in counts],
        counts=np.array(list(counts.values()), dtype=np.int64),
        unknown_idf=whole.unknown_idf,
        whole=whole,
    )


def _only(field: TextField, terms: tuple[str, ...]) -> TextField:
    """Return a field of one entry, weighed as in the whole field; new words count for nothing."""
    counts = Counter(term for term in terms if term in field.vocabulary)
    raw = np.array([count * field.idf[field.vocabulary[one]] for one, count in counts.items()])
    length = float(np.sqrt((raw * raw).sum())) or 1.0
    # The question is scaled by all words that the field knows: those elsewhere stay, with no row.
    held = np.zeros(len(field.idf), dtype=np.int64)
    weights = np.zeros(len(field.idf), dtype=np.float32)
    for term, value in zip(counts, raw, strict=True):
        held[field.vocabulary[term]] = 1
        weights[field.vocabulary[term]] = value / length
    return TextField(
        vocabulary=field.vocabulary,
        idf=field.idf,
        starts=np.concatenate([[0], np.cumsum(held)]),
        entries=np.zeros(int(held.sum()), dtype=np.int32),
        weights=weights[held > 0],
    )


def _vector(meaning: Meaning, phrasing: str, answer: str) -> NDArray[np.float32]:
    """Return the vector of the row, as publishing would make it."""
    encoder = meaning.encoder
    asked, told = (
        encoder.pool([encoder.pieces(text)], meaning.weights)
        for text in (phrasing, clean(answer)[:ANSWER_CHARACTERS] or phrasing)
    )
    row: NDArray[np.float32] = encoder.vectors(mix(asked, told), meaning.head)[0]
    return row
