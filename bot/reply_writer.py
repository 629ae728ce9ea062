"""Replies in the city's approved words: the entry's text, fixed sentences, whom to call."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clarifying import best_split
from bot.confidence import Confidence
from bot.decision import MAX_CANDIDATES
from bot.question import Question
from bot.ranking import Ranked, Ranking
from bot.reply import (
    Answer,
    Answered,
    Candidate,
    Choice,
    Clarification,
    Contact,
    Fixed,
    Unanswered,
    Unsure,
)
from faq.book import FaqBook
from faq.entry import EASY, FaqEntry
from faq.office import Office
from faq.sentence import FixedSentence


@dataclass(frozen=True, slots=True)
class ReplyWriter:
    """Writes what a decision says to the citizen; composes nothing, all is in the book."""

    book: FaqBook

    def answered(self, question: Question, ranking: Ranking, sure: Confidence) -> Answered:
        """Return the first entry's answer, with the questions near it."""
        entry = self.book.by_id[ranking.best[0].entry_id]
        ward = self.ward_id(question)
        return Answered(
            answer=self.answer_of(entry, question.language, ward),
            confidence=sure.right,
            candidates=self._candidates(question, ranking, ranking.best[:MAX_CANDIDATES], sure),
            contact=self.contact_of(entry, ward, question.asked_at),
            ranking=ranking,
        )

    def unsure(self, question: Question, ranking: Ranking, sure: Confidence) -> Unsure:
        """Return the nearest entries to choose from, or a question that narrows them."""
        return Unsure(
            prompt=self._sentence("unsure", question),
            confidence=sure.right,
            candidates=self._candidates(question, ranking, ranking.best[:MAX_CANDIDATES], sure),
            clarification=self._clarification(question, ranking, sure),
            contact=self.contact_centre(question.asked_at),
            ranking=ranking,
        )

    def unanswered(self, question: Question, ranking: Ranking, sure: Confidence) -> Unanswered:
        """Say plainly that nothing fits, and whom to call."""
        return Unanswered(
            prompt=self._sentence("unanswered", question),
            confidence=sure.right,
            contact=self.contact_centre(question.asked_at),
            ranking=ranking,
        )

    def fixed(self, question: Question, sentence: FixedSentence) -> Fixed:
        """Return a fixed sentence as the whole reply."""
        prompt = sentence.in_language(question.language)
        return Fixed(sentence, prompt, self.contact_centre(question.asked_at))

    def contact_centre(self, at: datetime) -> Contact | None:
        """Return where anybody may call, and whether someone answers there at that moment."""
        return _contact_at(self.book.contact_centre, at)

    def contact_of(self, entry: FaqEntry, ward: str | None, at: datetime) -> Contact | None:
        """Return whom to call about an entry, in the citizen's ward where it differs."""
        return _contact_at(self.book.contact(entry.contact or entry.owner, ward), at)

    def answer_of(self, entry: FaqEntry, language: str, ward: str | None) -> Answer:
        """Return the entry's approved text in the language asked for, else in Japanese."""
        variant = entry.variant(language)
        if variant:
            return Answer(entry, variant.question, variant.answer, language)
        return Answer(entry, entry.question, entry.answer_for(ward), "ja")

    def ward_id(self, question: Question) -> str | None:
        """Return the asker's ward if it is one the city has."""
        ward = self.book.ward(question.ward) if question.ward else None
        return ward.id if ward else None

    def _clarification(
        self, question: Question, ranking: Ranking, sure: Confidence
    ) -> Clarification | None:
        prompt = self._sentence("clarify", question)
        # Topics and offices are named in Japanese only.
        if not prompt or question.language not in ("ja", EASY):
            return None
        ranked = {one.entry_id: one for one in ranking.best}
        choices = []
        for split in best_split(ranking.best, self.book):
            chosen = [ranked[one] for one in split.entry_ids]
            candidates = self._candidates(question, ranking, chosen, sure)
            choices.append(Choice(split.label, candidates))
        return Clarification(prompt, tuple(choices)) if choices else None

    def _candidates(
        self, question: Question, ranking: Ranking, chosen: Sequence[Ranked], sure: Confidence
    ) -> tuple[Candidate, ...]:
        """Return entries to choose from, each as sure as its score is beside the first one's."""
        first = ranking.best[0].score
        return tuple(
            Candidate(
                ranked.entry_id,
                self.answer_of(self.book.by_id[ranked.entry_id], question.language, None).question,
                sure.right * math.exp(ranked.score - first),
            )
            for ranked in chosen
        )

    def _sentence(self, sentence_id: str, question: Question) -> str:
        sentence = self.book.sentence(sentence_id)
        return sentence.in_language(question.language) if sentence else ""


def _contact_at(office: Office | None, at: datetime) -> Contact | None:
    return Contact(office, office.is_open(at), office.next_opening(at)) if office else None
