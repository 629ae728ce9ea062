"""Durable records without a commit of their own each: those that wait share one."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import StoreUnusable
from bot.inquiry import Inquiry

_LOG = logging.getLogger(__name__)

_LARGEST_GROUP: Final = 256


@dataclass(frozen=True, slots=True)
class _Waiting:
    inquiry: Inquiry
    done: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class GroupCommitWriter:
    """Stores inquiries from one thread; whoever waits while a commit runs shares the next one.

    Each caller goes on only when its own record is durable. A record that cannot be stored does
    not cost the others of its group: they are stored one by one then, and only its caller learns.
    """

    def __init__(self, store: Callable[[Sequence[Inquiry]], None]) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inquiry-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Store what is waiting, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    async def record(self, inquiry: Inquiry) -> None:
        """Store an inquiry; returns when it is durable, raises StoreUnusable if not."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Waiting(inquiry, done, loop))
        await done

    def _run(self) -> None:
        going = True
        while going:
            group = [self._queue.get()]
            while len(group) < _LARGEST_GROUP and not self._queue.empty():
                group.append(self._queue.get())
            going = None not in group
            waiting = [one for one in group if one is not None]
            if waiting:
                self._store_group(waiting)

    def _store_group(self, waiting: Sequence[_Waiting]) -> None:
        try:
            self._store([one.inquiry for one in waiting])
        except Exception as error:
            if len(waiting) == 1:
                _LOG.error("inquiry %s not stored: %s", waiting[0].inquiry.id, type(error).__name__)
                _tell(waiting[0], StoreUnusable("問合せ記録を保存できません"))
            else:
                for one in waiting:
                    self._store_group([one])
        else:
            for one in waiting:
                _tell(one, None)


def _tell(waiting: _Waiting, error: StoreUnusable | None) -> None:
    def settle() -> None:
        if waiting.done.cancelled():
            return
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)

    # The loop may be gone when a citizen's connection ended with the server.
    if not waiting.loop.is_closed():
        waiting.loop.call_soon_threadsafe(settle)
