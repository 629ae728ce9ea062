"""Deliveries: kept once, claimed by one worker, in the order of a talk, erased at the end."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.delivery import Delivery, Ended
from bot.store.deliveries import SqlDeliveries
from nlp.personal_data import mask
from tests.conftest import NOON

SOON = NOON + timedelta(seconds=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def deliveries(engine: Engine) -> SqlDeliveries:
    return SqlDeliveries(engine)


def delivery(number: int, talk: str = "one", **around: object) -> Delivery:
    made = Delivery(
        event_id=f"event{number}",
        kind="text",
        talk=talk,
        occurred_at=NOON + timedelta(seconds=number),
        received_at=NOON,
        inquiry_id=f"inquiry{number}",
        text=mask("粗大ごみを捨てたい"),
        message_id=f"message{number}",
        reply_token=f"token{number}",
        deadline=NOON + MINUTE,
    )
    return replace(made, **around)  # type: ignore[arg-type]


def claimed(deliveries: SqlDeliveries, worker: str = "w", at: object = NOON) -> list[Delivery]:
    found = deliveries.claim(worker, at, SOON, 10)  # type: ignore[arg-type]
    return [one.delivery for one in found]


def test_what_was_kept_comes_back_as_it_was(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(1)])
    assert claimed(deliveries) == [delivery(1)]
    assert claimed(deliveries) == []


def test_of_a_talk_the_oldest_comes_first_and_alone(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(3), delivery(1), delivery(2, "two")])
    (first, second) = deliveries.claim("w", NOON, SOON, 10)
    assert [first.delivery.event_id, second.delivery.event_id] == ["event1", "event2"]
    assert claimed(deliveries) == []
    deliveries.end([Ended(first.number, "answered", NOON)])
    assert [one.event_id for one in claimed(deliveries)] == ["event3"]
    assert deliveries.count_waiting() == 2


def test_what_a_worker_let_go_or_lost_is_taken_by_another(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(1)])
    assert len(claimed(deliveries, "a")) == 1
    deliveries.hold("a", NOON, SOON + MINUTE)
    assert claimed(deliveries, "b", SOON + timedelta(seconds=1)) == []
    assert len(claimed(deliveries, "b", SOON + MINUTE + timedelta(seconds=1))) == 1
    deliveries.let_go("b")
    assert len(claimed(deliveries, "c")) == 1


def test_no_delivery_is_claimed_twice_by_workers_at_once(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(number, f"talk{number % 50}") for number in range(200)])
    taken: list[str] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while found := deliveries.claim(name, NOON, SOON, 3):
            with lock:
                taken.extend(one.delivery.event_id for one in found)
            deliveries.end([Ended(one.number, "answered", NOON) for one in found])

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    rest = [one.event_id for one in claimed(deliveries)]
    assert len(taken) == len(set(taken))
    assert len(taken) + len(rest) + deliveries.count_waiting() - len(rest) == 200


def test_a_duplicate_changes_nothing(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(1)])
    deliveries.add([delivery(1, reply_token="other"), delivery(1, reply_token="another")])
    assert [one.reply_token for one in claimed(deliveries)] == ["token1"]


def test_a_redelivery_renews_what_was_not_answered(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(1)])
    again = delivery(1, reply_token="new", deadline=NOON + 2 * MINUTE, is_redelivery=True)
    deliveries.add([again])
    (one,) = deliveries.claim("w", NOON, SOON, 1)
    assert (one.delivery.reply_token, one.delivery.deadline) == ("new", NOON + 2 * MINUTE)
    deliveries.end([Ended(one.number, "expired", NOON)])
    assert claimed(deliveries) == []
    deliveries.add([again])
    assert [one.text for one in claimed(deliveries)] == ["粗大ごみを捨てたい"]


@pytest.mark.parametrize("outcome", ["answered", "silent", "refused", "unsent"])
def test_what_is_done_with_is_erased_and_never_comes_back(
    deliveries: SqlDeliveries, outcome: str
) -> None:
    deliveries.add([delivery(1, data="topic:1:ごみ")])
    (one,) = deliveries.claim("w", NOON, SOON, 1)
    deliveries.end([Ended(one.number, outcome, NOON)])  # type: ignore[arg-type]
    deliveries.add([delivery(1, is_redelivery=True)])
    assert claimed(deliveries) == []
    with deliveries._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT text, data, reply_token FROM deliveries").all()
    assert rows == [("", "", "")]


def test_a_message_that_was_taken_back_is_marked(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(2, kind="unsend", message_id="message1", text=mask(""))])
    (unsend,) = deliveries.claim("w", NOON, SOON, 1)
    assert not unsend.is_unsent
    deliveries.end([Ended(unsend.number, "silent", NOON)])
    deliveries.add([delivery(1), delivery(3)])
    (first,) = deliveries.claim("w", NOON, SOON, 1)
    assert first.is_unsent
    assert deliveries.inquiries_of("one", "message1") == ["inquiry1"]
    assert deliveries.inquiries_of("two", "message1") == []


def test_a_talk_and_what_is_old_are_forgotten(deliveries: SqlDeliveries) -> None:
    deliveries.add([delivery(1), delivery(2), delivery(3, "two")])
    (first, other) = deliveries.claim("w", NOON, SOON, 10)
    deliveries.end([Ended(first.number, "answered", NOON), Ended(other.number, "answered", NOON)])
    deliveries.forget_talk("one")
    assert deliveries.forget_before(NOON) == 0
    assert deliveries.forget_before(NOON + MINUTE) == 1
    assert [one.event_id for one in claimed(deliveries)] == ["event2"]
