"""Replies in the city's approved words: the entry's text, fixed sentences, whom to call."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from bot.clarifying import best_split
from bot.confidence import Confidence
from bot.decision import MAX_CANDIDATES
from bot.fixed_replies import CalledFor
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
    Reply,
    Unanswered,
    Unsure,
    WardQuestion,
)
from bot.search import Searched
from faq.book import FaqBook
from faq.entry import FaqEntry, is_japanese
from faq.item import Item
from faq.office import JAPAN, Office
from faq.opening_days import opening_day
from faq.sentence import FixedSentence
from nlp.personal_data import MaskedText

_MOST_BENEATH: Final = 3
"""Entries beneath a sentence of danger: the numbers to call stay what is seen first."""


@dataclass(frozen=True, slots=True)
class ReplyWriter:
    """Writes what a decision says to the citizen; composes nothing, all is in the book."""

    book: FaqBook

    def answered(self, question: Question, ranking: Ranking, sure: Confidence) -> Answered | Fixed:
        """Return the first entry's answer, with the questions near it.

        In the asker's language it says so where there is no approved text: never a Japanese answer
        as if it were theirs.
        """
        entry = self.book.by_id[ranking.best[0].entry_id]
        if not self._speaks(entry, question.language):
            return self.not_translated(question, entry)
        answer = self.answer_of(entry, question.language, question.ward, question.asked_at)
        return Answered(
            answer=answer,
            confidence=sure.right,
            candidates=self._candidates(question, ranking, ranking.best[:MAX_CANDIDATES], sure),
            contact=answer.contact,
            ranking=ranking,
            ward_question=self._ward_question(question, entry),
        )

    def several(
        self, question: Question, needs: Sequence[Searched], unfound: tuple[MaskedText, ...]
    ) -> Answered | Fixed | None:
        """Return an answer to each need, the first one with what is near it."""
        first, *others = needs
        reply = self.answered(question, first.ranking, first.sure)
        if isinstance(reply, Fixed):
            return reply
        entries = [self.book.by_id[one.ranking.best[0].entry_id] for one in others]
        more = [
            self.answer_of(entry, question.language, question.ward, question.asked_at)
            for entry in entries
        ]
        asked = (reply.ward_question, *(self._ward_question(question, one) for one in entries))
        note = self._sentence("unfound-part", question)
        if unfound and not note:
            return None
        return replace(
            reply,
            confidence=min(one.sure.right for one in needs),
            candidates=reply.candidates[:1] if more else reply.candidates,
            more=tuple(more),
            unfound=unfound,
            unfound_note=note if unfound else "",
            ward_question=next(filter(None, asked), None),
        )

    def unsure(self, question: Question, ranking: Ranking, sure: Confidence) -> Unsure | Fixed:
        """Return the nearest entries to choose from, or a question that narrows them."""
        near = [
            one
            for one in ranking.best[:MAX_CANDIDATES]
            if self._speaks(self.book.by_id[one.entry_id], question.language)
        ]
        if not near:
            return self.not_translated(question, self.book.by_id[ranking.best[0].entry_id])
        return Unsure(
            prompt=self._sentence("unsure", question),
            confidence=sure.right,
            candidates=self._candidates(question, ranking, near, sure),
            clarification=self._clarification(question, ranking, sure),
            contact=self.contact_centre(question.asked_at),
            ranking=ranking,
        )

    def unanswered(
        self, question: Question, ranking: Ranking, sure: Confidence
    ) -> Unanswered | Fixed:
        """Say plainly that nothing fits, and whom to call.

        In a language that no entry speaks it says that, and who does.
        """
        if not self._is_spoken(question.language):
            return self.not_translated(question, None)
        return Unanswered(
            prompt=self._sentence("unanswered", question),
            confidence=sure.right,
            contact=self.contact_centre(question.asked_at),
            ranking=ranking,
        )

    def items(self, question: Question, items: Sequence[Item], searched: Searched) -> Reply:
        """Return how an item is thrown away; of several that are called so, ask which."""
        if len(items) > 1:
            return self.items_or_entries(question, items, replace(searched, kind="unanswered"))
        entry = self.book.item_entries[items[0].id]
        near = self._candidates(
            question, searched.ranking, searched.ranking.best[: MAX_CANDIDATES - 1], searched.sure
        )
        answer = self.answer_of(entry, question.language, question.ward, question.asked_at)
        return Answered(
            answer=answer,
            confidence=1.0,
            candidates=(Candidate(entry.id, entry.question, 1.0), *near),
            contact=answer.contact,
            ranking=searched.ranking,
        )

    def items_or_entries(
        self, question: Question, items: Sequence[Item], searched: Searched
    ) -> Unsure:
        """Return items to choose from, after the first entry where that may be meant as well."""
        entries = searched.ranking.best[: 1 if searched.kind == "answered" else 0]
        first = self._candidates(question, searched.ranking, entries, searched.sure)
        listed = (self.book.item_entries[item.id] for item in items)
        choices = [Candidate(entry.id, entry.question, 1.0 / len(items)) for entry in listed]
        return Unsure(
            prompt=self._sentence("unsure", question),
            confidence=searched.sure.right,
            candidates=(*first, *choices)[:MAX_CANDIDATES],
            clarification=None,
            contact=self.contact_centre(question.asked_at),
            ranking=searched.ranking,
        )

    def unknown_item(self, question: Question, searched: Searched) -> Reply | None:
        """Say that no table knows a thing, if the city has words for it."""
        prompt = self._sentence("item-unknown", question)
        if not prompt or searched.kind == "answered":
            return None
        reply = self.unanswered(question, searched.ranking, searched.sure)
        if isinstance(reply, Fixed):
            return reply
        guide = self.book.by_id.get(self.book.items[0].guide)
        contact = self.contact_of(guide, question.ward, question.asked_at) if guide else None
        return replace(reply, prompt=prompt, contact=contact or reply.contact)

    def fixed(self, question: Question, sentence: FixedSentence) -> Fixed:
        """Return a fixed sentence as the whole reply."""
        prompt = sentence.in_language(question.language, _turn(question, sentence))
        return Fixed(sentence, prompt, self.contact_centre(question.asked_at))

    def danger(self, question: Question, called: CalledFor, otherwise: Reply) -> Fixed:
        """Return a sentence of danger; beneath it what was found for those who only asked.

        What merely comes near a question stands there only where it could not hurt anybody.
        """
        near: tuple[Candidate, ...] = ()
        may_offer = not called.is_sure and not called.sentence.private
        if isinstance(otherwise, Answered) or (isinstance(otherwise, Unsure) and may_offer):
            near = otherwise.candidates[:_MOST_BENEATH]
        return replace(self.fixed(question, called.sentence), near=near)

    def named(self, question: Question, sentence_id: str) -> Fixed | None:
        """Return the fixed sentence of that id as the whole reply, if the city has written it."""
        sentence = self.book.sentence(sentence_id)
        return self.fixed(question, sentence) if sentence else None

    def for_others(self, question: Question, ranking: Ranking, sure: Confidence) -> Reply:
        """Say that the city does not answer for others; beneath it what comes near."""
        near = self.unsure(question, ranking, sure)
        reply = self.named(question, "for-others")
        if reply is None or not isinstance(near, Unsure):
            return near
        return replace(reply, near=near.candidates[:_MOST_BENEATH])

    def not_translated(self, question: Question, entry: FaqEntry | None) -> Fixed:
        """Say in the asker's language that an entry, or every one, has no approved text in it."""
        sentence = self.book.sentence("language-unavailable")
        assert sentence is not None, "asked only where there is one"
        return replace(self.fixed(question, sentence), page=entry)

    def expired(self, question: Question, entry: FaqEntry) -> Fixed | None:
        """Say that the entry that answers is no longer valid, and whom to ask."""
        reply = self.named(question, "expired-entry")
        contact = self.contact_of(entry, question.ward, question.asked_at)
        return replace(reply, contact=contact) if reply else None

    def hours(self, question: Question, office: Office, days: Sequence[date]) -> Fixed | None:
        """Return whether an office is open now, or its hours on the days asked for."""
        contact = _contact_at(office, question.asked_at)
        assert contact is not None
        kind = "hours-open" if contact.open_now else "hours-closed"
        reply = self.named(question, "hours-days" if days else kind)
        told = tuple(opening_day(office, day) for day in days)
        return replace(reply, contact=contact, days=told) if reply else None

    def contact_centre(self, at: datetime) -> Contact | None:
        """Return where anybody may call, and whether someone answers there at that moment."""
        return _contact_at(self.book.contact_centre, at)

    def contact_of(self, entry: FaqEntry, ward: str | None, at: datetime) -> Contact | None:
        """Return whom to call about an entry, in the citizen's ward where it differs."""
        return _contact_at(self.book.contact(entry.contact or entry.owner, ward), at)

    def answer_of(self, entry: FaqEntry, language: str, ward: str | None, at: datetime) -> Answer:
        """Return the entry's approved text in the language asked for, else in Japanese."""
        contact = self.contact_of(entry, ward, at)
        variant = self.book.variant(entry, language)
        if variant:
            stale = "translation-stale" if entry.is_stale(variant) else ""
            caution = self.sentence(stale, language)
            return Answer(entry, variant.question, variant.answer, language, contact, caution)
        today = at.astimezone(JAPAN).date()
        old = "long-unreviewed" if self.book.is_long_unreviewed(entry, today) else ""
        text = entry.answer_for(ward)
        return Answer(entry, entry.question, text, "ja", contact, self.sentence(old, language))

    def sentence(self, sentence_id: str, language: str) -> str:
        """Return a fixed sentence in a language, or nothing when the city has not written it."""
        sentence = self.book.sentence(sentence_id)
        return sentence.in_language(language) if sentence else ""

    def _speaks(self, entry: FaqEntry, language: str) -> bool:
        """Tell whether an entry may answer in a language."""
        return self._needs_no_text(language) or self.book.variant(entry, language) is not None

    def _is_spoken(self, language: str) -> bool:
        return self._needs_no_text(language) or language in self.book.languages

    def _needs_no_text(self, language: str) -> bool:
        """Tell whether Japanese will do: in any language, where the city has no words for that."""
        unsaid = self.book.sentence("language-unavailable") is None
        return is_japanese(language) or unsaid

    def _ward_question(self, question: Question, entry: FaqEntry) -> WardQuestion | None:
        prompt = self._sentence("ward-question", question)
        known = question.ward in entry.by_ward
        if known or not entry.by_ward or not prompt or not is_japanese(question.language):
            return None
        return WardQuestion(prompt, self.book.wards)

    def _clarification(
        self, question: Question, ranking: Ranking, sure: Confidence
    ) -> Clarification | None:
        prompt = self._sentence("clarify", question)
        # Topics and offices are named in Japanese only.
        if not prompt or not is_japanese(question.language):
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
                self._question_of(ranked.entry_id, question.language),
                sure.right * min(1.0, math.exp(ranked.score - first)),
            )
            for ranked in chosen
        )

    def _question_of(self, entry_id: str, language: str) -> str:
        entry = self.book.by_id[entry_id]
        variant = self.book.variant(entry, language)
        return variant.question if variant else entry.question

    def _sentence(self, sentence_id: str, question: Question) -> str:
        return self.sentence(sentence_id, question.language)


def _turn(question: Question, sentence: FixedSentence) -> int:
    """Return which of a sentence's variants to say: another one each minute, never by chance."""
    return int(question.asked_at.timestamp()) // 60 if len(sentence.text) > 1 else 0


def _contact_at(office: Office | None, at: datetime) -> Contact | None:
    if office is None:
        return None
    return Contact(office, office.is_open(at), office.closes_at(at), office.next_opening(at))
