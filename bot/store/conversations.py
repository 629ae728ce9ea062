"""Rows of where conversations stand: entry, ward and language, never a word."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, delete, select

from bot.conversation import Conversation
from bot.store.database import upsert
from bot.store.schema import CONVERSATIONS

_ROWS: Final = CONVERSATIONS.c


class SqlConversations:
    """Conversations in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def recall(self, key_hash: str, since: datetime) -> Conversation | None:
        """Return a conversation whose last message came after a time."""
        query = select(_ROWS.entry_id, _ROWS.ward, _ROWS.language, _ROWS.text_only).where(
            _ROWS.key_hash == key_hash, _ROWS.last_at > since
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Conversation(*row) if row else None

    def keep(self, key_hash: str, conversation: Conversation, at: datetime) -> None:
        """Remember a conversation."""
        values = {"last_at": at, **asdict(conversation)}
        with self._engine.begin() as connection:
            new = upsert(connection, CONVERSATIONS).values(key_hash=key_hash, **values)
            connection.execute(new.on_conflict_do_update(index_elements=["key_hash"], set_=values))

    def forget(self, key_hash: str) -> None:
        """Forget a conversation."""
        with self._engine.begin() as connection:
            connection.execute(delete(CONVERSATIONS).where(_ROWS.key_hash == key_hash))

    def forget_before(self, at: datetime) -> int:
        """Forget conversations whose last message came before a time; returns how many."""
        old = delete(CONVERSATIONS).where(_ROWS.last_at < at)
        with self._engine.begin() as connection:
            return connection.execute(old).rowcount
