"""Finding the entries nearest to a question, how sure that is, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.confidence import (
    Confidence,
    ConfidenceModel,
    confidence_of,
    model_name,
    models_of,
)
from bot.decision import MAX_CANDIDATES, Thresholds, decide
from bot.elsewhere import asks_elsewhere
from bot.features import LISTED, Features, features_of
from bot.question import Question
from bot.ranking import Contribution, Ranker, Ranking
from bot.reply import Kind
from bot.understanding import Understanding, read_as_words
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FaqIndex
from faq.office import JAPAN
from nlp.normalise import normalise
from nlp.personal_data import without_labels
from nlp.script import has_japanese_words
from nlp.slips import Speller
from nlp.synonyms import SynonymTable
from nlp.tokeniser import ReadWord, SudachiTokeniser

COMBINED_SHARE: Final = 0.7
"""What the question before and the message together count, beside the message alone."""

TOPIC_BONUS: Final = 2.5
"""What it is worth to be around the entry before, in standard deviations of the score."""

REPEAT_COST: Final = 1.0
"""What the entry before loses: who asks on wants something else more often than not."""

DEPTH: Final = 20
"""How many entries a ranking keeps, for staff and for measuring."""

_AROUND: Final = 20
_TYPED: Final = 100


@dataclass(frozen=True)
class Searched:
    """What a search came to: the ranking, how sure it is, and the kind of reply it deserves."""

    ranking: Ranking
    sure: Confidence
    kind: Kind


class Search:
    """Searches one book; immutable, like the index it reads."""

    def __init__(
        self,
        book: FaqBook,
        index: FaqIndex,
        tokeniser: SudachiTokeniser,
        understanding: Understanding,
        thresholds: Thresholds,
    ) -> None:
        self._book = book
        self._thresholds = thresholds
        self._models: Mapping[str, ConfidenceModel] = models_of(book.decision)
        self._tokeniser = tokeniser
        synonyms = SynonymTable.of_city(book.synonyms, tokeniser.terms)
        self._kana = understanding.kana
        self._speller = Speller(self._kana.uses(), tokeniser)
        self._ranker = Ranker(
            book,
            index,
            synonyms,
            understanding.meaning,
            read_as_words(tokeniser.terms, understanding.kana),
        )

    @property
    def ranker(self) -> Ranker:
        """What scores the entries."""
        return self._ranker

    @property
    def thresholds(self) -> Thresholds:
        """Where the city cuts."""
        return self._thresholds

    def rank(
        self, question: Question, *, depth: int = DEPTH, even_expired: bool = False
    ) -> Ranking:
        """Return the entries nearest to the question that its asker may see and that are valid."""
        text, foreign = self._searched_as(question)
        return self._ranked(question, text, foreign, None, depth, even_expired=even_expired)

    def rank_together(self, questions: Sequence[Question], *, depth: int) -> list[Ranking]:
        """Return the same for several questions, whose meanings are found out at once."""
        read = [self._searched_as(one) for one in questions]
        meaning = self._ranker.meaning
        vectors = meaning.of_questions([text for text, _ in read]) if meaning else repeat(None)
        return [
            self._ranked(question, text, foreign, vector, depth)
            for question, (text, foreign), vector in zip(questions, read, vectors, strict=False)
        ]

    def _searched_as(self, question: Question) -> tuple[str, bool]:
        """Return a question as it is searched, and whether it has no Japanese words."""
        typed = without_labels(question.text)
        foreign = not has_japanese_words(typed, question.language)
        return typed if foreign else self._read(typed), foreign

    def _ranked(
        self,
        question: Question,
        text: str,
        foreign: bool,
        vector: NDArray[np.float32] | None,
        depth: int,
        *,
        even_expired: bool = False,
    ) -> Ranking:
        return self._ranker.rank(
            text,
            self._tokeniser.terms(text),
            staff=question.sees_staff_entries,
            on=question.asked_at.astimezone(JAPAN).date(),
            depth=max(depth, LISTED),
            foreign=foreign,
            even_expired=even_expired,
            vector=vector,
        )

    def around(self, question: Question, entry: FaqEntry) -> frozenset[str]:
        """Return the entries a question may go on to from an entry: those of its topic.

        A table of plain questions and answers has no topics: there it is those that its own
        question finds.
        """
        if entry.topic:
            return frozenset(one.id for one in self._book.entries if one.topic == entry.topic)
        near = self.rank(question.put_as(entry.question)).best[:_AROUND]
        return frozenset(one.entry_id for one in near) | {entry.id}

    def rank_beside(
        self, question: Question, alone: Ranking, entry: FaqEntry, around: Iterable[str]
    ) -> Ranking:
        """Return the ranking of a question that goes on with an entry to one of those around it."""
        together = self.rank(question.put_as(f"{entry.question} {question.text}"))
        return self._ranker.beside(
            alone, together, entry.id, around, (COMBINED_SHARE, TOPIC_BONUS, REPEAT_COST)
        )

    def strangers(self, terms: Sequence[str], entry_ids: Iterable[str]) -> int:
        """Return how many of the words none of the entries holds."""
        return self._ranker.strangers(terms, entry_ids)

    def speaks_of(self, entry_id: str, terms: Sequence[str]) -> bool:
        """Tell whether an entry holds all of the words."""
        return self._ranker.speaks_of(entry_id, terms)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the content words of a text."""
        return self._tokeniser.terms(text)

    def words(self, text: str) -> tuple[ReadWord, ...]:
        """Return all words of a text with their parts of speech."""
        return self._tokeniser.readings(text)

    def searched(self, ranking: Ranking) -> Searched:
        """Return a ranking with how sure it is and the kind of reply it deserves."""
        sure = self.confidence(ranking)
        return Searched(ranking, sure, decide(sure, self.model_for(ranking), self._thresholds))

    def is_for_others(self, ranking: Ranking) -> bool:
        """Tell whether a question is for another city, the prefecture or the state.

        A place that the FAQ speaks of, or the words of the first entry, are the city's own.
        """
        first = self.first_of(ranking)
        told = " ".join((first.question, *first.phrasings, first.answer)) if first else ""
        words = self._tokeniser.readings(ranking.text)
        return asks_elsewhere(ranking.text, words, self._speaks_at_all_of, told)

    def _speaks_at_all_of(self, place: str) -> bool:
        in_entries = map(self._ranker.index.words.count_of, self._tokeniser.terms(place))
        return place in self._book.city.name or all(in_entries)

    def first_of(self, ranking: Ranking) -> FaqEntry | None:
        """Return the entry that a ranking puts first, None of an empty one."""
        return self._book.by_id[ranking.best[0].entry_id] if ranking.best else None

    def confidence(self, ranking: Ranking) -> Confidence:
        """Return how sure a ranking is."""
        return confidence_of(self.features(ranking), self.model_for(ranking))

    def model_for(self, ranking: Ranking) -> ConfidenceModel:
        """Return the city's or else the shipped model for how the ranking was made."""
        return self._models[model_name(ranking)]

    def features(self, ranking: Ranking) -> Features:
        """Return what the confidence models see of a ranking; {} of an empty one."""
        return features_of(self._ranker, ranking) if ranking.places else {}

    def explain(self, ranking: Ranking, entry_id: str) -> tuple[Contribution, ...]:
        """Return what each term adds to an entry's score; the parts sum to the score."""
        return self._ranker.explain(ranking, entry_id)

    def suggest(self, typed: str, at: datetime, limit: int = MAX_CANDIDATES) -> list[FaqEntry]:
        """Return entries a citizen may mean while still typing, best first."""
        terms = self._tokeniser.terms(self._kana.rewrite(normalise(typed)[:_TYPED]))
        today = at.astimezone(JAPAN).date()
        return [self._book.by_id[one] for one in self._ranker.suggest(terms, on=today, limit=limit)]

    def _read(self, text: str) -> str:
        """Return a question as it is searched: slips mended, kana as the FAQ writes it."""
        return self._kana.rewrite(self._speller.mend(text))
