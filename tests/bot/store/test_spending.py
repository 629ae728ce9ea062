"""What processes tell each other of busy addresses, on both databases."""

from datetime import timedelta

from sqlalchemy import Engine

from bot.store.spending import SqlSpending
from tests.moments import NOON


def test_a_process_hears_what_others_told_lately_and_not_itself(engine: Engine) -> None:
    spending = SqlSpending(engine)
    assert spending.exchange("one", {"a": 3, "b": 5}, NOON) == []
    assert spending.exchange("one", {"a": 4}, NOON + timedelta(seconds=1)) == []
    heard = spending.exchange("two", {"a": 9}, NOON + timedelta(seconds=2))
    assert sorted(heard) == [("one", "a", 4), ("one", "b", 5)]
    assert spending.exchange("one", {}, NOON + timedelta(seconds=3)) == [("two", "a", 9)]
    later = spending.exchange("two", {}, NOON + timedelta(seconds=10.5))
    assert later == [("one", "a", 4)]


def test_what_is_old_is_forgotten(engine: Engine) -> None:
    spending = SqlSpending(engine)
    spending.exchange("one", {"a": 3}, NOON)
    spending.exchange("one", {"b": 3}, NOON + timedelta(seconds=5))
    assert spending.forget_before(NOON + timedelta(seconds=5)) == 1
    assert spending.exchange("two", {}, NOON) == [("one", "b", 3)]
