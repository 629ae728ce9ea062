"""What the website needs of the rest: a desk that records, and the clock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.board import LiveBoard
from bot.conversation import Conversations
from bot.desk import Considered, InquiryDesk
from bot.inquiry import Feedback, InquiryRecorder
from bot.live_desk import LiveDesk
from bot.question import Question
from channels.clock import Clock
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.notice import Notice
from faq.office import JAPAN


@dataclass(frozen=True, slots=True)
class Asked:
    """What a citizen sent: the text as typed, and what the page knows of the conversation."""

    text: str
    session: str | None = None
    language: str = "ja"
    ward: str | None = None
    entry_id: str | None = None


@dataclass(frozen=True)
class PublicDesk:
    """The live desk as the public may use it; every question asked here is recorded."""

    live: LiveDesk
    recorder: InquiryRecorder
    give_feedback: Callable[[Feedback], Awaitable[None]]
    check_ready: Callable[[], Awaitable[None]]
    clock: Clock
    conversations: Conversations
    board: LiveBoard

    @property
    def desk(self) -> InquiryDesk:
        """The desk of the current release; raises NoRelease before there is one."""
        return self.live.desk

    async def ask(self, asked: Asked) -> tuple[Considered, FaqBook]:
        """Answer and record a question; the book is the one it was answered from."""
        desk, at = self.desk, self.clock()
        known = self.conversations.recall(asked.session, at)
        question = Question.from_text(
            asked.text,
            "web",
            at,
            language=asked.language,
            ward=asked.ward or known.ward,
            entry_id=asked.entry_id or known.entry_id,
        )
        considered = await desk.answer(question, self.recorder)
        self.conversations.keep(asked.session, considered.conversation, at)
        return considered, desk.book

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
