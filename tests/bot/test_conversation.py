"""What a conversation remembers, and for how long."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation import LASTS, Conversation, Conversations
from tests.conftest import NOON

KITA = Conversation("gomi-day", "kita", "ja")


def test_a_conversation_is_remembered_for_half_an_hour_after_its_last_message() -> None:
    kept = Conversations()
    kept.keep("a", KITA, NOON)
    assert kept.recall("a", NOON + LASTS - timedelta(seconds=1)) == KITA
    assert kept.recall("a", NOON + LASTS) == Conversation()
    kept.keep("a", KITA, NOON + LASTS - timedelta(seconds=1))
    assert kept.recall("a", NOON + LASTS) == KITA


def test_conversations_are_kept_apart_and_can_be_forgotten() -> None:
    kept = Conversations()
    kept.keep("a", KITA, NOON)
    kept.keep(None, KITA, NOON)
    kept.keep("b", replace(KITA, ward="minami"), NOON)
    assert kept.recall("a", NOON).ward == "kita"
    assert kept.recall("b", NOON).ward == "minami"
    assert kept.recall("c", NOON) == kept.recall(None, NOON) == Conversation()
    kept.forget("a")
    assert kept.recall("a", NOON) == Conversation()


def test_no_more_are_kept_than_allowed_and_the_oldest_go_first() -> None:
    kept = Conversations(most=2)
    for key in "abc":
        kept.keep(key, KITA, NOON)
    assert [kept.recall(key, NOON).entry_id for key in "abc"] == [None, "gomi-day", "gomi-day"]
