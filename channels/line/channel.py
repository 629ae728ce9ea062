"""The channel LINE as one thing to start and stop; its SDK is loaded only here, when configured."""

import asyncio
import random
import secrets
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final

from channels.line.account import Credentials, Keeping
from channels.line.client import LineClient
from channels.line.dialogue import Dialogue, Memory
from channels.line.events import EventReader, Incoming
from channels.line.pressed import Presses
from channels.line.sentences import Sentences
from channels.line.tokens import LongLivedToken, StatelessTokens, Tokens
from channels.line.webhook import Reception, SignatureCheck
from channels.line.worker import Worker
from channels.public import PublicDesk
from nlp.normalise import normalise

_SLOW_SECONDS: Final = 2.0
"""After how long the citizen is shown that the answer takes time."""

_LOADING_SECONDS: Final = 20


class LineChannel:
    """Takes in webhooks and answers them; made in the event loop that it runs in."""

    def __init__(
        self,
        credentials: Credentials,
        public: PublicDesk,
        public_url: str,
        keeping: Keeping,
        key: bytes,
        chance: random.Random,
    ) -> None:
        self._public = public
        self._keeping = keeping
        self._client = LineClient(
            _tokens(credentials, public.clock), credentials.api_base, public.clock, chance
        )
        sentences = Sentences(public, public_url)
        self._worker = Worker(
            secrets.token_hex(8),
            keeping.store,
            keeping.end,
            Dialogue(public, sentences, Presses(public, sentences), self._memory()),
            sentences,
            self._client,
            public.clock,
        )
        self.reception = Reception(
            _signature_check(credentials.secret),
            EventReader(key, self._ward_of),
            keeping.keep,
            self._taken,
            public.clock,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to answer."""
        self._begin(self._worker.run())

    async def stop(self) -> None:
        """Finish what was begun and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._worker.stop()
        await self._client.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _taken(self, incoming: Sequence[Incoming]) -> None:
        for one in incoming:
            self._worker.wake(one.delivery)
            if one.user_id and one.delivery.reply_token:
                self._begin(self._show_loading(one))

    async def _show_loading(self, incoming: Incoming) -> None:
        await asyncio.sleep(_SLOW_SECONDS)
        if self._worker.is_open(incoming.delivery.event_id):
            await self._client.show_loading(incoming.user_id, _LOADING_SECONDS)

    def _ward_of(self, address: str) -> str:
        if not self._public.live.is_ready:
            return ""
        place = self._public.desk.places.find(normalise(address))
        return place.ward.id if place else ""

    def _memory(self) -> Memory:
        def erase(talk: str, message_id: str) -> None:
            self._keeping.erase_texts(self._keeping.store.inquiries_of(talk, message_id))

        async def erase_message(talk: str, message_id: str) -> None:
            await asyncio.to_thread(erase, talk, message_id)

        async def forget_talk(talk: str) -> None:
            await asyncio.to_thread(self._keeping.store.forget_talk, talk)

        return Memory(erase_message, forget_talk)


def _tokens(credentials: Credentials, clock: Callable[[], datetime]) -> Tokens:
    if credentials.access_token:
        return LongLivedToken(credentials.access_token)
    return StatelessTokens(credentials.channel_id, credentials.secret, credentials.api_base, clock)


def _signature_check(secret: str) -> SignatureCheck:
    from linebot.v3.webhook import SignatureValidator

    validator: SignatureCheck = SignatureValidator(secret)
    return validator
