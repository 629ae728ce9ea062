"""The one object that turns a question into a reply."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.confidence import (
    Confidence,
    ConfidenceModel,
    confidence_of,
    model_name,
    models_of,
)
from bot.decision import MAX_CANDIDATES, Thresholds, decide
from bot.features import LISTED, Features, features_of
from bot.fixed_replies import FixedReplies
from bot.inquiry import Inquiry, InquiryRecorder, inquiry_of
from bot.question import Question
from bot.ranking import Contribution, Ranker, Ranking
from bot.reply import Reply
from bot.reply_writer import ReplyWriter
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
from nlp.tokeniser import SudachiTokeniser

DEPTH: Final = 20
"""How many entries a ranking keeps, for staff and for measuring."""

_TYPED: Final = 100
_WARMING: Final = 8


@dataclass(frozen=True, slots=True)
class Considered:
    """A question with its reply and the record that was kept of it."""

    reply: Reply
    inquiry: Inquiry


class InquiryDesk:
    """Considers questions on one book; immutable, so that a new release is a new desk."""

    def __init__(
        self,
        book: FaqBook,
        index: FaqIndex,
        tokeniser: SudachiTokeniser,
        *,
        understanding: Understanding,
        thresholds: Thresholds | None = None,
        release: int = 0,
    ) -> None:
        self.book = book
        self.release = release
        self.writer = ReplyWriter(book)
        self._models = models_of(book.decision)
        self._tokeniser = tokeniser
        self._thresholds = thresholds or Thresholds()
        synonyms = SynonymTable.of_city(book.synonyms, tokeniser.terms)
        self._ranker = Ranker(
            book,
            index,
            synonyms,
            understanding.meaning,
            read_as_words(tokeniser.terms, understanding.kana),
        )
        self._kana = understanding.kana
        self._speller = Speller(self._kana.uses(), tokeniser)
        self._fixed = FixedReplies(book.sentences)

    def consider(self, question: Question, *, depth: int = DEPTH) -> Reply:
        """Return the reply to a question: fixed sentence, else search, rank and decide."""
        fixed = self._fixed.find(question.text)
        if fixed:
            return self.writer.fixed(question, fixed)
        ranking = self.rank(question, depth=depth)
        sure = self.confidence(ranking)
        match decide(sure, self.model_for(ranking), self._thresholds):
            case "answered":
                return self.writer.answered(question, ranking, sure)
            case "unsure":
                return self.writer.unsure(question, ranking, sure)
            case _:
                return self.writer.unanswered(question, ranking, sure)

    def warm_up(self, at: datetime) -> None:
        """Do what the first citizens would have to wait for: read, and open, what all use."""
        for entry in self.book.entries[:: max(1, len(self.book.entries) // _WARMING)]:
            self.consider(Question.from_text(entry.question[:_TYPED], "web", at))
        _ = self.book.topics

    async def answer(self, question: Question, recorder: InquiryRecorder) -> Considered:
        """Consider the question and return once its record is durable."""
        reply = self.consider(question)
        # Only a ward the city has is kept: the field could carry anything a citizen typed.
        known = replace(question, ward=self.writer.ward_id(question))
        inquiry = inquiry_of(known, reply, self.release)
        await recorder.record(inquiry)
        return Considered(reply, inquiry)

    def rank(self, question: Question, *, depth: int = DEPTH) -> Ranking:
        """Return the entries nearest to the question that its asker may see and that are valid."""
        typed = without_labels(question.text)
        foreign = not has_japanese_words(typed, question.language)
        text = typed if foreign else self._read(typed)
        return self._ranker.rank(
            text,
            self._tokeniser.terms(text),
            staff=question.sees_staff_entries,
            on=question.asked_at.astimezone(JAPAN).date(),
            depth=max(depth, LISTED),
            foreign=foreign,
        )

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
        return [self.book.by_id[one] for one in self._ranker.suggest(terms, on=today, limit=limit)]

    def _read(self, text: str) -> str:
        """Return a question as it is searched: slips mended, kana as the FAQ writes it."""
        return self._kana.rewrite(self._speller.mend(text))
