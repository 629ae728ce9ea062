"""The one object that turns a question into a reply."""

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.confidence import LISTED, Confidence, confidence_of, model_for
from bot.decision import MAX_CANDIDATES, Thresholds, decide
from bot.inquiry import Inquiry, InquiryRecorder, inquiry_of
from bot.question import Question
from bot.ranking import Contribution, Ranker, Ranking
from bot.reply import (
    Answer,
    Answered,
    Candidate,
    Contact,
    Fixed,
    Reply,
    Unanswered,
    Unsure,
)
from bot.understanding import Understanding, read_as_words
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FaqIndex
from faq.office import JAPAN, Office
from nlp.normalise import normalise
from nlp.personal_data import without_labels
from nlp.script import has_japanese_words
from nlp.synonyms import SynonymTable
from nlp.tokeniser import SudachiTokeniser

DEPTH: Final = 20
"""How many entries a ranking keeps, for staff and for measuring."""

_TYPED: Final = 100
_WARMING: Final = 8
_PUNCTUATION: Final = "。、．，.,!?！？ 　「」~ー"


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
        self._fixed = {
            _bare(word): sentence for sentence in book.sentences for word in sentence.words
        }

    def consider(self, question: Question, *, depth: int = DEPTH) -> Reply:
        """Return the reply to a question: fixed sentence, else search, rank and decide."""
        fixed = self._fixed.get(_bare(question.text))
        if fixed:
            prompt = fixed.in_language(question.language)
            return Fixed(fixed, prompt, self._contact(None, question))
        ranking = self.rank(question, depth=depth)
        sure = self.confidence(ranking)
        match decide(sure, model_for(ranking), self._thresholds):
            case "answered":
                return self._answered(question, ranking, sure)
            case "unsure":
                return self._unsure(question, ranking, sure)
            case _:
                return self._unanswered(question, ranking, sure)

    def warm_up(self, at: datetime) -> None:
        """Do what the first citizens would have to wait for: read, and open, what all use."""
        for entry in self.book.entries[:: max(1, len(self.book.entries) // _WARMING)]:
            self.consider(Question.from_text(entry.question[:_TYPED], "web", at))
        _ = self.book.topics

    async def answer(self, question: Question, recorder: InquiryRecorder) -> Considered:
        """Consider the question and return once its record is durable."""
        reply = self.consider(question)
        # Only a ward the city has is kept: the field could carry anything a citizen typed.
        known = replace(question, ward=self._ward_id(question))
        inquiry = inquiry_of(known, reply, self.release)
        await recorder.record(inquiry)
        return Considered(reply, inquiry)

    def rank(self, question: Question, *, depth: int = DEPTH) -> Ranking:
        """Return the entries nearest to the question that its asker may see and that are valid."""
        text = self._kana.rewrite(without_labels(question.text))
        return self._ranker.rank(
            text,
            self._tokeniser.words(text),
            staff=question.sees_staff_entries,
            on=question.asked_at.astimezone(JAPAN).date(),
            depth=max(depth, LISTED),
            foreign=not has_japanese_words(text, question.language),
        )

    def confidence(self, ranking: Ranking) -> Confidence:
        """Return how sure a ranking is."""
        return confidence_of(self._ranker, ranking, model_for(ranking))

    def explain(self, ranking: Ranking, entry_id: str) -> tuple[Contribution, ...]:
        """Return what each term adds to an entry's score; the parts sum to the score."""
        return self._ranker.explain(ranking, entry_id)

    def suggest(self, typed: str, at: datetime, limit: int = MAX_CANDIDATES) -> list[FaqEntry]:
        """Return entries a citizen may mean while still typing, best first."""
        words = self._tokeniser.words(self._kana.rewrite(normalise(typed)[:_TYPED]))
        today = at.astimezone(JAPAN).date()
        return [self.book.by_id[one] for one in self._ranker.suggest(words, on=today, limit=limit)]

    def contact_centre(self, at: datetime) -> Contact | None:
        """Return where anybody may call, and whether someone answers there at that moment."""
        return _contact_at(self.book.contact_centre, at)

    def answer_of(self, entry: FaqEntry, language: str, ward: str | None) -> Answer:
        """Return the entry's approved text in the language asked for, else in Japanese."""
        variant = entry.variant(language)
        if variant:
            return Answer(entry, variant.question, variant.answer, language)
        return Answer(entry, entry.question, entry.answer_for(ward), "ja")

    def contact_of(self, entry: FaqEntry, ward: str | None, at: datetime) -> Contact | None:
        """Return whom to call about an entry, in the citizen's ward where it differs."""
        return _contact_at(self.book.contact(entry.contact or entry.owner, ward), at)

    def _answered(self, question: Question, ranking: Ranking, sure: Confidence) -> Answered:
        best = ranking.best[0]
        entry = self.book.by_id[best.entry_id]
        ward = self._ward_id(question)
        return Answered(
            answer=self.answer_of(entry, question.language, ward),
            confidence=sure.right,
            candidates=self._candidates(question, ranking, sure),
            contact=self._contact(entry, question),
            ranking=ranking,
        )

    def _unsure(self, question: Question, ranking: Ranking, sure: Confidence) -> Unsure:
        return Unsure(
            prompt=self._sentence("unsure", question),
            confidence=sure.right,
            candidates=self._candidates(question, ranking, sure),
            contact=self._contact(None, question),
            ranking=ranking,
        )

    def _unanswered(self, question: Question, ranking: Ranking, sure: Confidence) -> Unanswered:
        return Unanswered(
            prompt=self._sentence("unanswered", question),
            confidence=sure.right,
            contact=self._contact(None, question),
            ranking=ranking,
        )

    def _candidates(
        self, question: Question, ranking: Ranking, sure: Confidence
    ) -> tuple[Candidate, ...]:
        first = ranking.best[0].score
        return tuple(
            Candidate(
                ranked.entry_id,
                self.answer_of(self.book.by_id[ranked.entry_id], question.language, None).question,
                sure.right * math.exp(ranked.score - first),
            )
            for ranked in ranking.best[:MAX_CANDIDATES]
        )

    def _contact(self, entry: FaqEntry | None, question: Question) -> Contact | None:
        if entry is None:
            return self.contact_centre(question.asked_at)
        return self.contact_of(entry, self._ward_id(question), question.asked_at)

    def _ward_id(self, question: Question) -> str | None:
        ward = self.book.ward(question.ward) if question.ward else None
        return ward.id if ward else None

    def _sentence(self, sentence_id: str, question: Question) -> str:
        sentence = self.book.sentence(sentence_id)
        return sentence.in_language(question.language) if sentence else ""


def _contact_at(office: Office | None, at: datetime) -> Contact | None:
    return Contact(office, office.is_open(at), office.next_opening(at)) if office else None


def _bare(text: str) -> str:
    return normalise(text).casefold().strip(_PUNCTUATION)
