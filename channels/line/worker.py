"""Answers what was delivered: each once, of each talk in order, before its reply token dies."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.delivery import KEPT, Claimed, Delivery, DeliveryStore, Ended, Outcome
from bot.errors import StoreUnusable
from channels.line.actions import Json
from channels.line.dialogue import Dialogue
from channels.line.message import Text, to_send
from channels.line.sentences import Sentences

_LOG = logging.getLogger(__name__)

_AT_ONCE: Final = 32
_LEASE: Final = timedelta(seconds=10)
_TICK_SECONDS: Final = 1.0
_HOLD_SECONDS: Final = 3.0
_CLEAN_SECONDS: Final = 3_600.0


class ReplySender(Protocol):
    """Sends a reply while its token lives."""

    async def reply(self, token: str, messages: list[Json], deadline: datetime) -> Outcome:
        """Send a reply; returns how it ended."""
        ...


class Worker:
    """Takes deliveries from the store and answers them, many talks at once."""

    def __init__(
        self,
        name: str,
        store: DeliveryStore,
        end: Callable[[Ended], Awaitable[None]],
        dialogue: Dialogue,
        sentences: Sentences,
        sender: ReplySender,
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._store = store
        self._end = end
        self._dialogue = dialogue
        self._sentences = sentences
        self._sender = sender
        self._clock = clock
        self._wanted = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._open: set[str] = set()

    def wake(self, delivery: Delivery) -> None:
        """Look for deliveries now: one has come."""
        self._open.add(delivery.event_id)
        self._wanted.set()

    def is_open(self, event_id: str) -> bool:
        """Tell whether a delivery that came to this process is not ended yet."""
        return event_id in self._open

    async def run(self) -> None:
        """Answer until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(_HOLD_SECONDS, self._hold))
            group.create_task(self._every(_CLEAN_SECONDS, self._clean))
            group.create_task(self._take())

    async def stop(self) -> None:
        """Finish what was begun, then give back the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LEASE.total_seconds())
        await asyncio.to_thread(self._store.let_go, self._name)

    async def _take(self) -> None:
        while True:
            self._wanted.clear()
            room = _AT_ONCE - len(self._running)
            claimed = await self._claim(room) if room > 0 else []
            for one in claimed:
                task = asyncio.create_task(self._handle(one))
                self._running.add(task)
                task.add_done_callback(self._done)
            if not claimed:
                await self._pause()

    async def _claim(self, room: int) -> list[Claimed]:
        now = self._clock()
        try:
            return await asyncio.to_thread(self._store.claim, self._name, now, now + _LEASE, room)
        except Exception:  # the database may be back at the next look
            _LOG.exception("deliveries cannot be claimed")
            return []

    async def _pause(self) -> None:
        """Wait until something comes or ends, or until it is time to look again."""
        try:
            await asyncio.wait_for(self._wanted.wait(), _TICK_SECONDS)
        except TimeoutError:
            return

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wanted.set()

    async def _handle(self, claimed: Claimed) -> None:
        delivery = claimed.delivery
        try:
            outcome = "unsent" if claimed.is_unsent else await self._answer(delivery)
            await self._end(Ended(claimed.number, outcome, self._clock()))
        except StoreUnusable:
            # It is claimed again when the lease is over; its token may live until then.
            _LOG.warning("delivery %s waits for the database", delivery.event_id)
            return
        except Exception:
            _LOG.exception("delivery %s is left for another try", delivery.event_id)
            return
        self._open.discard(delivery.event_id)
        if outcome not in ("answered", "silent"):
            _LOG.warning("delivery %s: %s", delivery.event_id, outcome)

    async def _answer(self, delivery: Delivery) -> Outcome:
        try:
            messages = await self._dialogue.answer(delivery)
        except StoreUnusable:
            raise
        except Exception:
            _LOG.exception("delivery %s could not be answered", delivery.event_id)
            messages = [Text(self._sentences.text("error", "unavailable"))]
        if not messages:
            return "silent"
        if not delivery.reply_token or delivery.deadline is None:
            return "expired"
        return await self._sender.reply(delivery.reply_token, to_send(messages), delivery.deadline)

    async def _every(self, seconds: float, act: Callable[[], object]) -> None:
        while True:
            try:
                await asyncio.to_thread(act)
            except Exception:
                _LOG.exception("housekeeping of deliveries failed")
            await asyncio.sleep(seconds)

    def _hold(self) -> None:
        if self._running:
            now = self._clock()
            self._store.hold(self._name, now, now + _LEASE)

    def _clean(self) -> None:
        self._store.forget_before(self._clock() - KEPT)
