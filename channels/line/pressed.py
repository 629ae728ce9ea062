"""What a pressed button of ours does: choose, go through the topics, tell whether it helped."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.errors import UnknownInquiry
from bot.inquiry import Feedback
from channels.line.cards import buttons_of, lines_of, paragraphs, pressing
from channels.line.labels import label
from channels.line.message import Card, Line, Message
from channels.line.postback import Postback, PostbackAction
from channels.line.render import render, topic_presses
from channels.line.sentences import Sentences
from channels.public import Chosen, PublicDesk
from nlp.personal_data import mask

PAGE: Final = 8
"""How many questions of a topic one card lists."""

_LONGEST_PAGE: Final = 3


@dataclass(frozen=True, slots=True)
class Presses:
    """Answers pressed buttons."""

    public: PublicDesk
    sentences: Sentences

    async def answer(self, pressed: Postback, talk: str) -> list[Message]:
        """Return what a button is answered with, nothing where it was answered before."""
        actions: Mapping[PostbackAction, Callable[[Postback, str], Awaitable[list[Message]]]] = {
            "choose": self._chosen,
            "none": self._none,
            "solved": self._solved,
            "unsolved": self._unsolved,
            "topics": self._topics,
            "topic": self._topic,
            "help": self._help,
            "text-only": self._switched,
            "cards": self._switched,
        }
        return await actions[pressed.action](pressed, talk)

    async def _chosen(self, pressed: Postback, talk: str) -> list[Message]:
        chosen = Chosen(pressed.target, talk, "line", inquiry_id=pressed.about)
        found = await self.public.choose(chosen)
        if found is None:
            return self.sentences.not_found("unanswered")
        considered, _ = found
        showing = replace(self.sentences.showing(), inquiry_id=pressed.about)
        return render(considered.reply, showing)

    async def _none(self, pressed: Postback, _talk: str) -> list[Message]:
        await self._keep(pressed.about, helpful=False)
        return self.sentences.not_found("none-of-these", "unanswered")

    async def _solved(self, pressed: Postback, _talk: str) -> list[Message]:
        is_first = await self._keep(pressed.about, helpful=True)
        return self.sentences.said("feedback-thanks") if is_first else []

    async def _unsolved(self, pressed: Postback, _talk: str) -> list[Message]:
        is_first = await self._keep(pressed.about, helpful=False)
        return self.sentences.not_found("feedback-sorry", "unanswered") if is_first else []

    async def _help(self, _pressed: Postback, _talk: str) -> list[Message]:
        return self.sentences.greeting("line-help", "line-greeting", "greeting")

    async def _switched(self, pressed: Postback, talk: str) -> list[Message]:
        """Switch between cards and plain text, for as long as the conversation lasts."""
        at = self.public.clock()
        known = await self.public.conversations.recall(talk, at)
        text_only = pressed.action == "text-only"
        await self.public.conversations.keep(talk, replace(known, text_only=text_only), at)
        return self.sentences.said(f"line-{pressed.action}", "greeting")

    async def _keep(self, inquiry_id: str, *, helpful: bool) -> bool:
        """Keep whether a reply helped; True when it is the first word on it."""
        feedback = Feedback(inquiry_id, helpful, mask(""), self.public.clock())
        try:
            return await self.public.give_feedback(feedback)
        except UnknownInquiry:
            return False

    async def _topics(self, _pressed: Postback, _talk: str) -> list[Message]:
        topics = tuple(self.public.topics())
        lines = lines_of(pressing(topic, "topic", "1", topic) for topic in topics)
        prompt = self.sentences.text("line-topics", "clarify", "greeting")
        alt = "\n".join([prompt, *(line.text for line in lines)])
        return [Card(alt, (*paragraphs(prompt), *lines), quick=topic_presses(topics))]

    async def _topic(self, pressed: Postback, talk: str) -> list[Message]:
        topic = pressed.target
        entries = self.public.topics().get(topic, [])
        if not entries:
            return await self._topics(pressed, talk)
        start = _page(pressed.about, len(entries)) * PAGE
        shown = entries[start : start + PAGE]
        lines = lines_of(pressing(one.question, "choose", "", one.id) for one in shown)
        more = None
        if start + PAGE < len(entries):
            more = pressing(label("next"), "topic", str(start // PAGE + 2), topic)
        alt = "\n".join([topic, *(line.text for line in lines)])
        buttons = buttons_of([more, pressing(label("topics"), "topics")])
        return [Card(alt, (Line(topic, "title"), *lines), buttons)]


def _page(told: str, entries: int) -> int:
    """Return which page of a topic to show, from 0; the first one of what is no page."""
    page = int(told) - 1 if told.isdecimal() and len(told) <= _LONGEST_PAGE else 0
    return page if 0 <= page * PAGE < entries else 0
