"""The webhook: what is taken in, what is refused, and what is ignored on purpose."""

import json
import logging
import random
from pathlib import Path

import pytest

from channels.line.webhook import Reception
from tests.channels.line.account import Account
from tests.channels.line.platform import SECRET, USER, again, deliver, signed
from tests.channels.line.schema import Json

SAMPLES = Path(__file__).parent / "webhooks" / "all_28_events_batch.json"
BODY = b'{"destination":"U0","events":[]}'


def post(account: Account, body: bytes, signature: str | None) -> int:
    headers = {"X-Line-Signature": signature} if signature is not None else {}
    return account.site.post("/line/webhook", content=body, headers=headers).status_code


def test_an_empty_signed_body_is_taken(account: Account) -> None:
    assert post(account, BODY, signed(BODY)) == 200
    headers = {"x-LINE-signature": signed(BODY)}
    assert account.site.post("/line/webhook", content=BODY, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, None),
        (BODY, ""),
        (BODY, "nonsense"),
        (BODY, signed(BODY, "another secret")),
        (BODY + b" ", signed(BODY)),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"[]", signed(b"[]")),
        (b"{}", signed(b"{}")),
        (b'{"events": {}}', signed(b'{"events": {}}')),
        (b"not json", signed(b"not json")),
        (b"[" * 100_000, signed(b"[" * 100_000)),
    ],
)
def test_what_is_not_signed_or_no_webhook_is_refused(
    account: Account, body: bytes, signature: str | None
) -> None:
    assert post(account, body, signature) == 400


def test_a_body_that_is_too_large_is_refused(account: Account) -> None:
    body = b'{"events":[]}' + b" " * (1024 * 1024)
    assert post(account, body, signed(body)) == 413


async def _nothing(*_: object) -> None: ...


def test_no_mutated_signature_is_accepted(caplog: pytest.LogCaptureFixture) -> None:
    from linebot.v3.webhook import SignatureValidator

    reception = Reception(
        SignatureValidator(SECRET),
        None,
        _nothing,
        None,
        None,  # type: ignore[arg-type]
    )
    caplog.set_level(logging.CRITICAL)
    chance = random.Random(1)
    right = signed(BODY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \n"
    accepted = 0
    for _ in range(10_000):
        at = chance.randrange(len(right))
        cut = chance.choice((0, 1))
        mutated = right[:at] + chance.choice(letters) * chance.randrange(3) + right[at + cut :]
        if mutated != right and reception._events(BODY, mutated) is not None:
            accepted += 1
    assert accepted == 0
    assert reception._events(BODY, right) == []


def odd_events() -> list[object]:
    return [
        None,
        "text",
        {"type": "message"},
        {"type": "message", "mode": "active", "source": "U1", "message": []},
        {"type": ["message"], "mode": {}, "timestamp": "yesterday", "source": {"userId": 5}},
    ]


def test_a_batch_of_everything_answers_what_is_to_be_answered(account: Account) -> None:
    events: list[Json] = json.loads(SAMPLES.read_text(encoding="utf-8"))["events"]
    made = []
    for number, event in enumerate(events):
        event["webhookEventId"] = f"sample{number:02}"
        if "replyToken" in event:
            event["replyToken"] = account.platform.new_token()
        made.append(event)
    account.send(*made[:10], *odd_events(), *made[10:])  # type: ignore[arg-type]
    account.settle()
    answered = {
        (event["type"], event.get("message", {}).get("type"), event["source"]["type"])
        for event in made
        if account.platform.replies_to(event)
    }
    assert answered == {
        ("message", "text", "user"),
        ("message", "image", "user"),
        ("message", "video", "user"),
        ("message", "audio", "user"),
        ("message", "file", "user"),
        ("message", "sticker", "user"),
        ("message", "location", "user"),
        ("follow", None, "user"),
        ("messageEdited", "text", "user"),
    }


def test_an_event_is_answered_once_however_often_it_comes(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    account.send(event, event)
    account.platform.wait_for(event)
    other = account.platform.new_token()
    account.send(event)
    account.send(again(event, other))
    account.settle()
    assert len(account.platform.replies_to(event)) == 1
    assert [one for one in account.platform.sent if one.token == other] == []
    asked = [one.text for one in account.backend.inquiries.each()]
    assert asked.count("粗大ごみを捨てたい") == 1


def test_an_event_without_an_id_is_told_by_what_it_says(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    del event["webhookEventId"]
    account.send(event)
    account.platform.wait_for(event)
    account.send(again(event))
    account.settle()
    assert len(account.platform.replies_to(event)) == 1


def test_nothing_is_sent_in_standby(account: Account) -> None:
    standing_by = account.platform.text("粗大ごみを捨てたい") | {"mode": "standby"}
    account.send(standing_by, account.platform.event("follow", mode="standby"))
    account.settle()
    assert account.platform.sent == []


@pytest.mark.parametrize(
    "kind", ["join", "leave", "memberJoined", "memberLeft", "beacon", "accountLink", "newThing"]
)
def test_what_asks_nothing_is_ignored(account: Account, kind: str) -> None:
    event = account.platform.event(kind)
    account.send(event)
    account.settle()
    assert account.platform.replies_to(event) == []


def test_a_group_is_answered_only_where_it_mentions_the_account(account: Account) -> None:
    group = {"source": {"type": "group", "groupId": "C1", "userId": USER}}
    plain = account.platform.text("粗大ごみを捨てたい", **group)
    other = account.platform.text("@太郎 粗大ごみを捨てたい", **group)
    other["message"]["mention"] = {"mentionees": [{"index": 0, "length": 3, "userId": "U9"}]}
    ours = account.platform.text("🏙️ @汐見市 粗大ごみを捨てたい", **group)
    ours["message"]["mention"] = {"mentionees": [{"index": 4, "length": 4, "isSelf": True}]}
    account.send(plain, other, account.platform.event(message={"type": "image"}, **group), ours)
    account.settle()
    assert account.platform.replies_to(plain) == []
    assert account.platform.replies_to(other) == []
    told = account.platform.wait_for(ours).messages
    assert "粗大ごみ" in told[0]["altText"]
    assert len(account.platform.sent) == 1


def test_nothing_is_logged_but_the_fact(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = '{"events":[{"type":"message","message":{"text":"ひみつ"}}]}'.encode()
    assert post(account, body, "wrong") == 400
    written = [record.getMessage() for record in caplog.records]
    assert written.count("a webhook body was refused") == 1
    assert [one for one in written if "ひみつ" in one] == []


def test_what_cannot_be_kept_is_not_acknowledged(account: Account) -> None:
    with account.backend.deliveries._engine.connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        event = account.platform.text("粗大ごみを捨てたい")
        assert deliver(account.site, event).status_code == 503
        connection.exec_driver_sql("ROLLBACK")
    account.send(again(event, account.platform.new_token()))
    account.settle()
    assert len(account.platform.sent) == 1
