"""The one object that turns a question into a reply."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.conversation import Conversation
from bot.danger import DangerWatch, shipped_model
from bot.decision import Thresholds, decide
from bot.fixed_replies import FixedReplies
from bot.hours_question import HoursQuestions
from bot.inquiry import Inquiry, InquiryRecorder, inquiry_of
from bot.item_questions import ItemQuestions, ItemsFound
from bot.places import PlaceFinder
from bot.question import Question
from bot.reply import Reply
from bot.reply_writer import ReplyWriter
from bot.search import DEPTH, Search, Searched
from bot.understanding import Understanding
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FaqIndex
from nlp.tokeniser import SudachiTokeniser

_TYPED: Final = 100
_WARMING: Final = 8


@dataclass(frozen=True, slots=True)
class Considered:
    """A question with its reply, the record that was kept of it, and what comes of both."""

    reply: Reply
    inquiry: Inquiry
    conversation: Conversation


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
        self.search = Search(book, index, tokeniser, understanding)
        self._thresholds = thresholds or Thresholds()
        meaning = understanding.meaning
        encoded = (lambda text: meaning.encoder.encode([text])[0]) if meaning else None
        watch = DangerWatch(shipped_model(), tokeniser.terms, encoded)
        self._fixed = FixedReplies(book.sentences, watch)
        self._places = PlaceFinder(book.wards, book.city.name)
        self._hours = HoursQuestions(book.offices)
        self._items = ItemQuestions(book.items, tokeniser.reading)

    def consider(self, question: Question, *, depth: int = DEPTH) -> Reply:
        """Return the reply to a question: a fixed sentence, else what the conversation calls for,
        else search, rank and decide.
        """
        fixed = self._fixed.find(question.text)
        if fixed:
            return self.writer.fixed(question, fixed)
        question = self.placed(question)
        return (
            self._only_a_ward(question, depth)
            or self._about_hours(question)
            or self._searched(question, depth)
        )

    def warm_up(self, at: datetime) -> None:
        """Do what the first citizens would have to wait for: read, and open, what all use."""
        for entry in self.book.entries[:: max(1, len(self.book.entries) // _WARMING)]:
            self.consider(Question.from_text(entry.question[:_TYPED], "web", at))
        _ = self.book.topics

    async def answer(self, question: Question, recorder: InquiryRecorder) -> Considered:
        """Consider the question and return once its record is durable."""
        reply = self.consider(question)
        # Only a ward the city has is kept: the field could carry anything a citizen typed.
        known = self.placed(question)
        inquiry = inquiry_of(known, reply, self.release)
        await recorder.record(inquiry)
        return Considered(reply, inquiry, Conversation.after(known, reply))

    def placed(self, question: Question) -> Question:
        """Return the question with the ward it names, else with the one known, if the city has it.

        What is known of the conversation but is not in this book (any more) is dropped.
        """
        place = self._places.find(question.text)
        known = self.book.ward(question.ward) if question.ward else None
        ward = place.ward if place else known
        entry_id = question.entry_id if self._entry(question) else None
        return replace(question, ward=ward.id if ward else None, entry_id=entry_id)

    def _entry(self, question: Question) -> FaqEntry | None:
        """Return the entry that was talked about, if the asker may still see it."""
        entry = self.book.by_id.get(question.entry_id or "")
        return entry if entry and question.may_see(entry) else None

    def _only_a_ward(self, question: Question, depth: int) -> Reply | None:
        """Return the answer of the asker's ward, where the message says nothing but the ward."""
        place = self._places.find(question.text)
        if not place or not place.alone:
            return None
        entry = self._entry(question)
        if entry is None:
            return self.writer.named(question, "follow-up-unclear")
        return self._given(question, entry, depth)

    def _given(self, question: Question, entry: FaqEntry, depth: int) -> Reply:
        """Return the answer of an entry that the conversation leads to."""
        ranking = self.search.rank(question.put_as(entry.question), depth=depth)
        sure = self.search.confidence(ranking)
        return self.writer.answered(question, ranking.led_by(entry.id), sure)

    def _about_hours(self, question: Question) -> Reply | None:
        entry = self._entry(question)
        asked = self._hours.find(question.text, question.asked_at, follows=entry is not None)
        if asked is None:
            return None
        contact = None
        if entry:
            contact = self.writer.contact_of(entry, question.ward, question.asked_at)
        office = asked.office or (contact.office if contact else self.book.contact_centre)
        return self.writer.hours(question, office, asked.days) if office else None

    def _searched(self, question: Question, depth: int) -> Reply:
        ranking = self.search.rank(question, depth=depth)
        if ranking.expired:
            expired = self._expired(question, depth)
            if expired:
                return expired
        sure = self.search.confidence(ranking)
        kind = decide(sure, self.search.model_for(ranking), self._thresholds)
        found = self._items.find(question.text)
        if found:
            reply = self._of_items(question, found, Searched(ranking, sure, kind))
            if reply:
                return reply
        match kind:
            case "answered":
                return self.writer.answered(question, ranking, sure)
            case "unsure":
                return self.writer.unsure(question, ranking, sure)
            case _:
                return self.writer.unanswered(question, ranking, sure)

    def _of_items(self, question: Question, found: ItemsFound, searched: Searched) -> Reply | None:
        """Return what the item tables say, where they know better than the entries."""
        if found.is_named and (found.asks or self._is_of_the_table(found, searched)):
            return self.writer.items(question, found.items, searched)
        if found.is_named:
            return self.writer.items_or_entries(question, found.items, searched)
        if searched.kind == "answered":
            return None
        if found.items:
            return self.writer.items_or_entries(question, found.items, searched)
        return self.writer.unknown_item(question, searched)

    def _is_of_the_table(self, found: ItemsFound, searched: Searched) -> bool:
        """Tell whether a bare name means the thing to throw away: no entry is sure to be meant."""
        if searched.kind != "answered":
            return True
        first = self.book.by_id[searched.ranking.best[0].entry_id]
        return first.topic == self.book.item_entries[found.items[0].id].topic

    def _expired(self, question: Question, depth: int) -> Reply | None:
        """Return that the answer is no longer valid, where it would be given if it were."""
        ranking = self.search.rank(question, depth=depth, even_expired=True)
        sure = self.search.confidence(ranking)
        if decide(sure, self.search.model_for(ranking), self._thresholds) != "answered":
            return None
        return self.writer.expired(question, self.book.by_id[ranking.best[0].entry_id])
