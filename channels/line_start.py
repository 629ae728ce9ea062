"""Starts LINE beside the rest: its SDK is loaded in a thread, so that the start need not wait."""

import asyncio
import importlib
import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.delivery import Delivery, Ended
from bot.store.deliveries import SqlDeliveries
from bot.store.inquiries import SqlInquiries
from bot.store.writer import GroupCommitWriter
from channels.line.account import Credentials, Keeping
from channels.public import PublicDesk

if TYPE_CHECKING:
    from channels.line.channel import LineChannel
    from channels.line.webhook import Reception

_LOG = logging.getLogger(__name__)


class LineStart:
    """Starts and stops the channel with the service; webhooks wait until it is there.

    With `at_once` it also answers what was left over from before; else the first webhook starts it.
    """

    def __init__(
        self,
        credentials: Credentials,
        public: PublicDesk,
        public_url: str,
        deliveries: SqlDeliveries,
        inquiries: SqlInquiries,
        key: Callable[[], bytes],
        *,
        at_once: bool,
    ) -> None:
        self._credentials = credentials
        self._public = public
        self._public_url = public_url.rstrip("/")
        self._key = key
        self._keep: GroupCommitWriter[Delivery] = GroupCommitWriter(deliveries.add)
        self._end: GroupCommitWriter[Ended] = GroupCommitWriter(deliveries.end)
        self._keeping = Keeping(
            deliveries, self._keep.record, self._end.record, inquiries.erase_texts
        )
        self._at_once = at_once
        self._starting: asyncio.Task[LineChannel] | None = None

    def begin(self) -> None:
        """Start in the running loop."""
        self._keep.start()
        self._end.start()
        if self._at_once:
            self._starting = asyncio.create_task(self._start())

    async def reception(self) -> "Reception":
        """Return what takes in webhooks, when it is there."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        return (await asyncio.shield(self._starting)).reception

    async def finish(self) -> None:
        """Answer what was begun, then stop."""
        if self._starting:
            channel = await self._starting
            await channel.stop()
        await asyncio.to_thread(self._keep.stop)
        await asyncio.to_thread(self._end.stop)

    async def _start(self) -> "LineChannel":
        module = await asyncio.to_thread(importlib.import_module, "channels.line.channel")
        channel: LineChannel = module.LineChannel(
            self._credentials,
            self._public,
            self._public_url,
            self._keeping,
            await asyncio.to_thread(self._key),
            random.Random(),
        )
        channel.start()
        _LOG.info("LINE is being answered")
        return channel
