"""Conversations that processes share: remembered by a hash, for half an hour, never needed."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from bot.conversation import LASTS, Conversation
from bot.shared_conversations import SharedConversations
from bot.store.conversations import SqlConversations
from tests.conftest import NOON

KITA = Conversation("gomi-day", "kita", "en", text_only=True)


def test_another_process_goes_on_with_a_conversation(engine: Engine) -> None:
    one, other = (SharedConversations(SqlConversations(engine)) for _ in range(2))
    asyncio.run(one.keep("key of a talk", KITA, NOON))
    asyncio.run(one.keep("key of a talk", KITA, NOON + timedelta(minutes=1)))
    assert asyncio.run(other.recall("key of a talk", NOON + LASTS)) == KITA
    over = NOON + LASTS + timedelta(minutes=1)
    assert asyncio.run(other.recall("key of a talk", over)) == Conversation()
    assert asyncio.run(other.recall("another", NOON)) == Conversation()
    asyncio.run(other.forget("key of a talk"))
    assert asyncio.run(one.recall("key of a talk", NOON)) == Conversation()


def test_what_is_over_is_dropped_and_keys_are_never_kept(engine: Engine) -> None:
    shared = SharedConversations(SqlConversations(engine))
    asyncio.run(shared.keep("old", KITA, NOON - timedelta(hours=1)))
    asyncio.run(shared.keep("new", KITA, NOON))
    shared.clean(NOON)
    with engine.connect() as connection:
        (key,) = connection.execute(text("SELECT key_hash FROM conversations")).scalars()
    assert len(key) == 64


class Away:
    """A store that cannot be reached."""

    asked = 0

    def recall(self, key_hash: str, since: datetime) -> Conversation | None:
        self.asked += 1
        raise ConnectionError

    def keep(self, key_hash: str, conversation: Conversation, at: datetime) -> None:
        self.asked += 1
        raise ConnectionError

    def forget(self, key_hash: str) -> None:
        raise ConnectionError

    def forget_before(self, at: datetime) -> int:
        raise ConnectionError


def test_a_store_that_is_away_costs_no_answer_and_is_not_asked_each_time() -> None:
    store, now = Away(), [0.0]
    shared = SharedConversations(store, lambda: now[0])
    asyncio.run(shared.keep("a", KITA, NOON))
    assert asyncio.run(shared.recall("a", NOON)) == KITA
    assert store.asked == 1
    now[0] = 5.0
    assert asyncio.run(shared.recall("a", NOON)) == KITA
    assert store.asked == 2
