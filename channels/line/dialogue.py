"""What the account says to each kind of event, in the city's approved sentences."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.delivery import Delivery, DeliveryKind
from bot.errors import NoRelease, QuestionRejected, rejection_sentence
from bot.reply import Answered, Fixed, Reply
from channels.line.cards import Showing
from channels.line.limits import MESSAGES
from channels.line.message import Message, Text
from channels.line.postback import read_postback
from channels.line.pressed import Presses
from channels.line.render import in_words, render
from channels.line.sentences import Sentences
from channels.public import Asked, PublicDesk
from nlp.personal_data import has_labels, mask

NOT_READY: Final = "ただいま準備中です。少し待ってから、もう一度お試しください。"
"""Said before there is a city whose sentences could be said."""

_SAID_TO: Final[Mapping[DeliveryKind, tuple[str, ...]]] = {
    "sticker": ("line-sticker", "line-media", "greeting"),
    "media": ("line-media", "greeting"),
    "location": ("line-location", "line-media", "greeting"),
}
_GREETED_WITH: Final[Mapping[DeliveryKind, tuple[str, ...]]] = {
    "follow": ("line-greeting", "greeting"),
    "follow_again": ("line-welcome-back", "line-greeting", "greeting"),
}


@dataclass(frozen=True)
class Memory:
    """What is to be erased when a citizen takes a message back, or leaves."""

    erase_message: Callable[[str, str], Awaitable[None]]
    """Erases what a talk's message became; given the talk and the message's id."""
    forget_talk: Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Dialogue:
    """Answers deliveries; knows LINE's manners, and of the desk only what every channel uses."""

    public: PublicDesk
    sentences: Sentences
    presses: Presses
    memory: Memory

    async def answer(self, delivery: Delivery) -> list[Message]:
        """Return what to say, nothing where silence is right; raises StoreUnusable."""
        if delivery.kind in ("unsend", "unfollow"):
            await self._forget(delivery)
            return []
        closed = self.public.board.now.closed.get("line")
        if closed is not None:
            return [Text(closed)]
        notices: list[Message] = [Text(one.text) for one in self.public.notices()]
        try:
            said = await self._said(delivery)
        except NoRelease:
            return [*notices, Text(NOT_READY)][-MESSAGES:]
        if not said:
            return []
        known = await self.public.conversations.recall(delivery.talk, self.public.clock())
        shown = in_words(said) if known.text_only else said
        return [*notices[: max(0, MESSAGES - len(shown))], *shown]

    async def _forget(self, delivery: Delivery) -> None:
        if delivery.kind == "unsend":
            await self.memory.erase_message(delivery.talk, delivery.message_id)
        else:
            await self.public.conversations.forget(delivery.talk)
            await self.memory.forget_talk(delivery.talk)

    async def _said(self, delivery: Delivery) -> list[Message]:
        if delivery.kind in _GREETED_WITH:
            return self.sentences.greeting(*_GREETED_WITH[delivery.kind])
        if delivery.kind == "postback":
            pressed = read_postback(delivery.data)
            return await self.presses.answer(pressed, delivery.talk) if pressed else []
        if delivery.kind == "location" and delivery.data:
            ward = self.public.desk.book.ward(delivery.data)
            return await self._asked(delivery, ward.name) if ward else []
        if delivery.kind in _SAID_TO:
            return self.sentences.said(*_SAID_TO[delivery.kind])
        if delivery.kind == "edited":
            await self.memory.erase_message(delivery.talk, delivery.message_id)
        return await self._to_text(delivery)

    async def _to_text(self, delivery: Delivery) -> list[Message]:
        if delivery.data:
            return self.sentences.said(rejection_sentence(delivery.data))
        # A word may be typed instead of pressing the button of the same name.
        called = self.public.desk.channel_sentences.find(delivery.text)
        if called is None:
            return await self._asked(delivery, delivery.text)
        pressed = read_postback(called.sentence.id.removeprefix("line-"))
        if pressed:
            return await self.presses.answer(pressed, delivery.talk)
        return self.sentences.said(called.sentence.id)

    async def _asked(self, delivery: Delivery, text: str) -> list[Message]:
        asked = Asked(text, delivery.talk, channel="line", inquiry_id=delivery.inquiry_id)
        try:
            considered, book = await self.public.ask(asked)
        except QuestionRejected as rejected:
            return self.sentences.said(rejection_sentence(rejected.reason))
        inquiry = considered.inquiry
        url = self.sentences.public_url
        showing = Showing(book, url, inquiry.asked_at, inquiry.language, inquiry.id)
        said = render(considered.reply, showing)
        if not _tells_too_much(considered.reply, text):
            return said
        warned = self.sentences.with_contact("personal-data-sent", "privacy")
        return [warned, *said] if isinstance(considered.reply, Answered | Fixed) else [warned]


def _tells_too_much(reply: Reply, text: str) -> bool:
    """Tell whether to ask the citizen to take the message back; in danger nobody is asked."""
    group = reply.sentence.group if isinstance(reply, Fixed) else ""
    return group != "danger" and (group == "individual" or has_labels(mask(text)))
