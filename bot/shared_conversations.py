"""Conversations that several processes go on with: whoever asks next may reach another one."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol, TypeVar

from bot.conversation import LASTS, Conversation, Conversations

_LOG = logging.getLogger(__name__)

_AWAY_SECONDS: Final = 1.0

Found = TypeVar("Found")


class ConversationStore(Protocol):
    """Keeps where conversations stand, by the hash of their key."""

    def recall(self, key_hash: str, since: datetime) -> Conversation | None:
        """Return a conversation whose last message came after a time."""
        ...

    def keep(self, key_hash: str, conversation: Conversation, at: datetime) -> None:
        """Remember a conversation."""
        ...

    def forget(self, key_hash: str) -> None:
        """Forget a conversation."""
        ...

    def forget_before(self, at: datetime) -> int:
        """Forget conversations whose last message came before a time; returns how many."""
        ...


class SharedConversations:
    """Remembers conversations for half an hour: in this process, and in a store if there is one.

    A store that is away costs what other processes remember, never an answer.
    """

    def __init__(
        self,
        store: ConversationStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._here = Conversations()
        self._store = store
        self._clock = clock
        self._away_until = 0.0

    async def recall(self, key: str | None, at: datetime) -> Conversation:
        """Return where a conversation stands; a new or forgotten one knows nothing."""
        here, store = self._here.recall(key, at), self._store_now()
        if not key or store is None:
            return here

        def recalled() -> Conversation:
            return store.recall(_hash(key), at - LASTS) or Conversation()

        return await self._tried(recalled, here)

    async def keep(self, key: str | None, conversation: Conversation, at: datetime) -> None:
        """Remember where a conversation stands."""
        self._here.keep(key, conversation, at)
        store = self._store_now()
        if key and store:
            await self._tried(lambda: store.keep(_hash(key), conversation, at), None)

    async def forget(self, key: str) -> None:
        """Forget a conversation at once."""
        self._here.forget(key)
        store = self._store_now()
        if store:
            await self._tried(lambda: store.forget(_hash(key)), None)

    def clean(self, at: datetime) -> None:
        """Drop from the store what is over; slow: call it in a thread."""
        if self._store:
            self._store.forget_before(at - LASTS)

    def _store_now(self) -> ConversationStore | None:
        return self._store if self._clock() >= self._away_until else None

    async def _tried(self, work: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return await asyncio.to_thread(work)
        except Exception as error:
            _LOG.warning("conversations are not shared: %s", type(error).__name__)
            self._away_until = self._clock() + _AWAY_SECONDS
            return otherwise


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
