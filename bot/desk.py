"""The one object that turns a question into a reply."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.confidence import Confidence
from bot.conversation import Conversation
from bot.danger import DangerWatch, shipped_model
from bot.decision import Thresholds
from bot.errors import StoreUnusable
from bot.fixed_replies import FixedReplies
from bot.follow_ups import (
    ANSWER_FROM,
    ELSEWHERE_FROM,
    Heard,
    asks_on,
    needs_context,
    share_of_first,
)
from bot.given_replies import MOST, GivenReplies
from bot.hours_question import HoursQuestions
from bot.inquiry import Inquiry, InquiryRecorder, inquiry_of
from bot.item_questions import ItemQuestions, ItemsFound
from bot.places import Place, PlaceFinder
from bot.question import Question
from bot.reply import Kind, Reply, Unsure
from bot.reply_writer import ReplyWriter
from bot.search import DEPTH, Search, Searched
from bot.several_needs import NeedFinder
from bot.understanding import Understanding
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FaqIndex
from faq.sentence import CHANNEL_GROUPS
from nlp.aspects import named
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
        self.search = Search(book, index, tokeniser, understanding, thresholds or Thresholds())
        meaning = understanding.meaning
        encoded = meaning.of_text if meaning else None
        watch = DangerWatch(shipped_model(), tokeniser.terms, encoded)
        # What is of one channel only is said by that channel.
        of_channels = [one for one in book.sentences if one.group in CHANNEL_GROUPS]
        of_all = [one for one in book.sentences if one.group not in CHANNEL_GROUPS]
        self.channel_sentences = FixedReplies(of_channels)
        self._fixed = fixed = FixedReplies(of_all, watch)
        self.places = PlaceFinder(book.wards, book.city.name)
        self._hours = HoursQuestions(book.offices)
        # Not of `self`: a desk in no cycle is gone as soon as the next one serves.
        self.needs = NeedFinder(self.search, lambda text: bool(fixed.find(text)))
        self._items = ItemQuestions(book.items, tokeniser.reading)
        self._given = GivenReplies(0 if _are_hours_told_by_halves(book) else MOST)

    def consider(self, question: Question, *, depth: int = DEPTH) -> Reply:
        """Return the reply to a question: a fixed sentence, else what the conversation calls for,
        else search, rank and decide.
        """
        called = self._fixed.find(question.text)
        if called and called.sentence.group != "danger":
            return self.writer.fixed(question, called.sentence)
        reply = self._understood(question, depth)
        if called is None or (_is_understood(reply) and not called.is_sure):
            return reply
        return self.writer.danger(question, called, reply)

    def _understood(self, question: Question, depth: int) -> Reply:
        place = self.places.find(question.text)
        question = self._at(question, place)
        if place and place.alone:
            reply = self._only_a_ward(question)
            if reply:
                return reply
        elif place:
            # Where somebody lives chooses the answer, but would mislead the search for it.
            question = question.put_as(place.rest)
        return self._about_hours(question) or self._searched(question, depth)

    def warm_up(self, at: datetime, pause: Callable[[], None]) -> None:
        """Do what the first citizens would have to wait for: read, and open, what all use.

        Calls `pause` before each of the pieces.
        """
        for entry in self.book.entries[:: max(1, len(self.book.entries) // _WARMING)]:
            pause()
            self.consider(Question.from_text(entry.question[:_TYPED], "web", at))
        _ = self.book.topics

    async def answer(
        self, question: Question, recorder: InquiryRecorder, inquiry_id: str = ""
    ) -> Considered:
        """Consider the question and return once its record is durable.

        With an id that was given before, a question that is answered again is recorded once. If
        nothing takes the record, StoreUnusable is raised where the same question comes again under
        its id; else the reply counts more, and its record comes back without an id. A reply that
        was given before is given again while it holds; none has the signals that explain a ranking.
        """
        known, reply = self._given.recall(question) or self._considered(question)
        inquiry = inquiry_of(known, reply, self.release, inquiry_id)
        try:
            await recorder.record(inquiry)
        except StoreUnusable:
            if inquiry_id:
                raise
            inquiry = replace(inquiry, id="")
        return Considered(reply, inquiry, Conversation.after(known, reply))

    def _considered(self, question: Question) -> tuple[Question, Reply]:
        # Only a ward the city has is kept: the field could carry anything a citizen typed.
        known = self.placed(question)
        return known, self._given.keep(question, known, self.consider(question))

    def placed(self, question: Question) -> Question:
        """Return the question with the ward it names, else with the one known, if the city has it.

        What is known of the conversation but is not in this book (any more) is dropped.
        """
        return self._at(question, self.places.find(question.text))

    def _at(self, question: Question, place: Place | None) -> Question:
        known = self.book.ward(question.ward) if question.ward else None
        ward = place.ward if place else known
        entry_id = question.entry_id if self._entry(question) else None
        return replace(question, ward=ward.id if ward else None, entry_id=entry_id)

    def _entry(self, question: Question) -> FaqEntry | None:
        """Return the entry that was talked about, if the asker may still see it."""
        entry = self.book.entry(question.entry_id or "")
        return entry if entry and question.may_see(entry) else None

    def _only_a_ward(self, question: Question) -> Reply | None:
        """Return the answer of the asker's ward, for a message that says nothing but the ward."""
        entry = self._entry(question)
        if entry is None:
            return self.writer.named(question, "follow-up-unclear")
        return self.given(question, entry)

    def given(self, question: Question, entry: FaqEntry) -> Reply:
        """Return the answer of an entry, or item, that was chosen or that was talked about."""
        # So deep that the entry is in it, however many others its question is nearer to.
        depth = len(self.book.entries)
        ranking = self.search.rank(question.put_as(entry.question), depth=depth)
        searched = self.search.searched(ranking)
        item = self.book.item(entry.id)
        if item:
            return self.writer.items(question, (item,), searched)
        return self.writer.answered(question, ranking.led_by(entry.id), searched.sure)

    def _about_hours(self, question: Question) -> Reply | None:
        entry = self._entry(question)
        asked = self._hours.find(question.text, question.asked_at, follows=entry is not None)
        if asked is None or (
            entry and not asked.is_plain and self._goes_elsewhere(question, entry)
        ):
            return None
        contact = None
        if entry:
            contact = self.writer.contact_of(entry, question.ward, question.asked_at)
        office = asked.office or (contact.office if contact else self.book.contact_centre)
        return self.writer.hours(question, office, asked.days) if office else None

    def _goes_elsewhere(self, question: Question, entry: FaqEntry) -> bool:
        """Tell whether a day alone (年末は？) leads to another entry beside the one before."""
        around = self.search.around(question, entry)
        beside = self.search.rank_beside(question, self.search.rank(question), entry, around)
        return beside.best[0].entry_id != entry.id and share_of_first(beside) >= ELSEWHERE_FROM

    def _searched(self, question: Question, depth: int) -> Reply:
        ranking = self.search.rank(question, depth=depth)
        if ranking.expired:
            expired = self._expired(question, depth)
            if expired:
                return expired
        searched = self.search.searched(ranking)
        return (
            self._of_items(question, searched)
            or self._going_on(question, searched)
            or self._several(question, searched, depth)
            or self._decided(question, searched)
        )

    def _several(self, question: Question, searched: Searched, depth: int) -> Reply | None:
        """Return an answer to each need of a message that asks for several things."""
        needs = self.needs.several(question, searched, depth)
        return self.writer.several(question, needs.found, needs.unfound) if needs else None

    def _decided(self, question: Question, searched: Searched) -> Reply:
        if searched.kind != "unanswered" and self.search.is_for_others(searched.ranking):
            return self.writer.for_others(question, searched.ranking, searched.sure)
        match searched.kind:
            case "answered":
                return self.writer.answered(question, searched.ranking, searched.sure)
            case "unsure":
                return self.writer.unsure(question, searched.ranking, searched.sure)
            case _:
                return self.writer.unanswered(question, searched.ranking, searched.sure)

    def _going_on(self, question: Question, searched: Searched) -> Reply | None:
        """Return what a message means that goes on with the entry before, if it does."""
        entry = self.book.by_id.get(question.entry_id or "")
        if entry is None:
            terms = self.search.terms(searched.ranking.text)
            is_bare = needs_context(question.text, terms) and searched.kind != "answered"
            return self.writer.named(question, "follow-up-unclear") if is_bare else None
        heard = Heard.of(question, searched, entry, self.search)
        if not heard.goes_on:
            return None
        beside = heard.beside
        share = share_of_first(beside)
        is_named = self.search.speaks_of(beside.best[0].entry_id, named(heard.terms))
        kind: Kind = "answered" if share >= ANSWER_FROM and is_named else "unsure"
        return self._decided(question, Searched(beside, Confidence(share, 1.0, {}), kind))

    def _of_items(self, question: Question, searched: Searched) -> Reply | None:
        """Return what the item tables say, where they know better than the entries."""
        found = self._items.find(question.text)
        before = self._entry(question) if asks_on(question.text) else None
        if found is None or (before and not found.asks and not self._is_on_items(before)):
            return None
        if found.is_named and (found.asks or self._is_of_the_table(found, searched)):
            return self.writer.items(question, found.items, searched)
        if found.is_named:
            return self.writer.items_or_entries(question, found.items, searched)
        if searched.kind == "answered":
            return None
        if found.items:
            return self.writer.items_or_entries(question, found.items, searched)
        return self.writer.unknown_item(question, searched)

    def _is_on_items(self, before: FaqEntry) -> bool:
        """Tell whether the talk is of things to throw away: then a bare name means one."""
        guides = (self.book.by_id.get(item.guide) for item in self.book.items[:1])
        return before.id in self.book.item_entries or before.topic in {
            guide.topic for guide in guides if guide
        }

    def _is_of_the_table(self, found: ItemsFound, searched: Searched) -> bool:
        """Tell whether a bare name means the thing to throw away: no entry is sure to be meant."""
        if searched.kind != "answered":
            return True
        first = self.book.by_id[searched.ranking.best[0].entry_id]
        return first.topic == self.book.item_entries[found.items[0].id].topic

    def _expired(self, question: Question, depth: int) -> Reply | None:
        """Return that the answer is no longer valid, where it would be given if it were."""
        ranking = self.search.rank(question, depth=depth, even_expired=True)
        if self.search.searched(ranking).kind != "answered":
            return None
        return self.writer.expired(question, self.book.by_id[ranking.best[0].entry_id])


def _is_understood(reply: Reply) -> bool:
    """Tell whether it is known what a message means, or what it goes on with.

    Then what only sounds like danger (a form that one fears is handed in) is no reason to
    withhold it.
    """
    if isinstance(reply, Unsure):
        return reply.ranking.goes_on
    return reply.kind in ("answered", "fixed")


def _are_hours_told_by_halves(book: FaqBook) -> bool:
    """Tell whether the time decides if hours are told at all, where else it decides what is told.

    A city may have words for an office that is open, and none for one that is closed.
    """
    return (book.sentence("hours-open") is None) != (book.sentence("hours-closed") is None)
