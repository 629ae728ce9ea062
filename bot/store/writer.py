"""Durable records without a commit of their own each: those that wait share one."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.errors import StoreUnusable

_LOG = logging.getLogger(__name__)

_LARGEST_GROUP: Final = 256

Row = TypeVar("Row")


@dataclass(frozen=True)
class _Waiting(Generic[Row]):
    row: Row
    done: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class GroupCommitWriter(Generic[Row]):
    """Stores rows from one thread; whoever waits while a commit runs shares the next one.

    Rows that come within one turn of the event loop are handed over together: waking the thread for
    each would give the first one a commit of its own. Each caller goes on only when its own row is
    durable. A row that cannot be stored does not cost the others of its group: they are stored one
    by one then, and only its caller learns.
    """

    def __init__(self, store: Callable[[Sequence[Row]], None]) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[list[_Waiting[Row]] | None] = queue.SimpleQueue()
        self._gathered: list[_Waiting[Row]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Store what is waiting, then end the thread."""
        self._hand_over()
        self._queue.put(None)
        self._thread.join()

    async def record(self, row: Row) -> None:
        """Store a row; returns when it is durable, raises StoreUnusable if not."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        with self._lock:
            if not self._gathered:
                loop.call_soon(self._hand_over)
            self._gathered.append(_Waiting(row, done, loop))
        await done

    def _hand_over(self) -> None:
        with self._lock:
            gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    def _run(self) -> None:
        going = True
        while going:
            waiting: list[_Waiting[Row]] = []
            while going and (not waiting or self._is_more(waiting)):
                handed = self._queue.get()
                going = handed is not None
                waiting += handed or ()
            if waiting:
                self._store_group(waiting)

    def _is_more(self, waiting: Sequence[_Waiting[Row]]) -> bool:
        return len(waiting) < _LARGEST_GROUP and not self._queue.empty()

    def _store_group(self, waiting: Sequence[_Waiting[Row]]) -> None:
        try:
            self._store([one.row for one in waiting])
        except Exception as error:
            if len(waiting) == 1:
                _LOG.error("%s not stored: %s", _name(waiting[0].row), type(error).__name__)
                _tell(waiting, StoreUnusable("記録を保存できません"))
            else:
                for one in waiting:
                    self._store_group([one])
        else:
            _tell(waiting, None)


def _name(row: object) -> str:
    """Return what may be logged of a row: what it is and its id, nothing it holds."""
    return f"{type(row).__name__} {getattr(row, 'id', '')}".strip()


def _tell(waiting: Sequence[_Waiting[Row]], error: StoreUnusable | None) -> None:
    # A loop is woken once for all who wait in it: each waking costs as much as storing a row.
    for loop in {one.loop for one in waiting}:
        futures = [one.done for one in waiting if one.loop is loop]
        # It may be gone when a citizen's connection ended with the server.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: Sequence[asyncio.Future[None]], error: StoreUnusable | None) -> None:
    for done in futures:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
