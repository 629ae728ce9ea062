"""What every channel for citizens needs of the rest: a desk that records, and the clock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.board import LiveBoard
from bot.conversation import Conversation
from bot.desk import Considered, InquiryDesk
from bot.inquiry import Feedback, InquiryRecorder, inquiry_of
from bot.live_desk import LiveDesk
from bot.question import Channel, Question
from bot.shared_conversations import SharedConversations
from channels.clock import Clock
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.notice import Notice
from faq.office import JAPAN
from nlp.normalise import MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class Asked:
    """What a citizen sent: the text as typed, and what the page knows of the conversation.

    `inquiry_id` is given where the same question may come twice and must be recorded once.
    """

    text: str
    session: str | None = None
    channel: Channel = "web"
    inquiry_id: str = ""
    language: str = "ja"
    ward: str | None = None
    entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry that a citizen chose, and the inquiry whose reply offered it, if one did."""

    entry_id: str
    session: str | None = None
    channel: Channel = "web"
    language: str = "ja"
    inquiry_id: str = ""


@dataclass(frozen=True)
class PublicDesk:
    """The live desk as the public may use it; every question asked here is recorded."""

    live: LiveDesk
    recorder: InquiryRecorder
    give_feedback: Callable[[Feedback], Awaitable[bool]]
    check_ready: Callable[[], int | None]
    """How many records wait beside the database, None when all is well; slow, raises NoRelease."""
    clock: Clock
    conversations: SharedConversations
    board: LiveBoard

    @property
    def desk(self) -> InquiryDesk:
        """The desk of the current release; raises NoRelease before there is one."""
        return self.live.desk

    async def ask(self, asked: Asked) -> tuple[Considered, FaqBook]:
        """Answer and record a question; the book is the one it was answered from."""
        desk, at = self.desk, self.clock()
        known = await self.conversations.recall(asked.session, at)
        question = Question.from_text(
            asked.text,
            asked.channel,
            at,
            language=asked.language,
            ward=asked.ward or known.ward,
            entry_id=asked.entry_id or known.entry_id,
        )
        considered = await desk.answer(question, self.recorder, asked.inquiry_id)
        await self._keep(asked.session, considered.conversation, known, at)
        return considered, desk.book

    async def choose(self, chosen: Chosen) -> tuple[Considered, FaqBook] | None:
        """Return the answer of an entry or item that was chosen, which goes on from there.

        None when citizens may not read it (any more). Nothing is recorded, for no question was
        asked: the record that comes back is of the inquiry that offered it, if there was one.
        """
        desk, at = self.desk, self.clock()
        entry = desk.book.entry(chosen.entry_id)
        if entry is None or not self.is_public(entry):
            return None
        known = await self.conversations.recall(chosen.session, at)
        question = desk.placed(
            Question.from_text(
                entry.question[:MAX_CHARACTERS],
                chosen.channel,
                at,
                language=chosen.language,
                ward=known.ward,
                entry_id=chosen.entry_id,
            )
        )
        reply = desk.given(question, entry)
        conversation = Conversation.after(question, reply)
        await self._keep(chosen.session, conversation, known, at)
        offered = replace(inquiry_of(question, reply, desk.release), id=chosen.inquiry_id)
        return Considered(reply, offered, conversation), desk.book

    async def _keep(
        self, session: str | None, now: Conversation, before: Conversation, at: datetime
    ) -> None:
        """Remember where a conversation stands; how it is read does not change by a question."""
        await self.conversations.keep(session, replace(now, text_only=before.text_only), at)

    def notices(self) -> list[Notice]:
        """Return the notices to show now, the most urgent first; needs no release."""
        return self.board.now.shown(self.clock())

    def is_public(self, entry: FaqEntry) -> bool:
        """Tell whether citizens may read the entry today."""
        return entry.may_be_read(self.clock().astimezone(JAPAN).date())

    def topics(self) -> Mapping[str, list[FaqEntry]]:
        """Return the entries citizens may read, by topic, the largest topic first."""
        by_topic: dict[str, list[FaqEntry]] = {topic: [] for topic in self.desk.book.topics}
        for entry in self.desk.book.entries:
            if self.is_public(entry):
                by_topic.setdefault(entry.topic, []).append(entry)
        return {topic: entries for topic, entries in by_topic.items() if entries}
