"""Tokens that are issued as they are needed, and the sign that an answer takes time."""

import time
from collections.abc import Iterator

import httpx
import pytest

from channels.backend import open_backend
from channels.settings import Settings
from tests.channels.line.account import Account, Time
from tests.channels.line.platform import SECRET, Faults, Platform
from tests.conftest import serving


@pytest.fixture
def tokenless(line_platform: Platform, settings: Settings) -> Iterator[Account]:
    """An account without a long-lived token."""
    clock = Time()
    account = Settings(
        state_folder=settings.state_folder,
        faq_folder=settings.faq_folder,
        line_channel_id="1234567890",
        line_channel_secret=SECRET,
        line_api_base=line_platform.address,
    )
    backend = open_backend(account, clock)
    with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as site:
        yield Account(site, line_platform, backend, clock)


def calls(account: Account, end: str) -> list[object]:
    return [body for call, body in account.platform.calls if call.endswith(end)]


def test_a_stateless_token_is_issued_once_and_anew_before_it_ends(tokenless: Account) -> None:
    for _ in range(3):
        tokenless.ask("粗大ごみを捨てたい")
    assert len(calls(tokenless, "/oauth2/v3/token")) == 1
    tokenless.clock.pass_by(12 * 60)
    tokenless.ask("粗大ごみを捨てたい")
    assert len(calls(tokenless, "/oauth2/v3/token")) == 1
    tokenless.clock.pass_by(2 * 60)
    tokenless.ask("粗大ごみを捨てたい")
    assert len(calls(tokenless, "/oauth2/v3/token")) == 2


def test_a_token_that_cannot_be_issued_is_tried_again(tokenless: Account) -> None:
    tokenless.platform.faults = Faults(answers=[(503, "Service Unavailable")])
    tokenless.ask("粗大ごみを捨てたい")
    assert len(calls(tokenless, "/oauth2/v3/token")) == 2


def test_that_an_answer_takes_time_is_shown_only_when_it_does(account: Account) -> None:
    account.ask("粗大ごみを捨てたい")
    time.sleep(2.5)
    assert calls(account, "/loading/start") == []
    account.platform.faults = Faults(slow=1.0, seconds=3.0)
    group = {"type": "group", "groupId": "C1", "userId": "U8"}
    in_group = account.platform.text("@市 粗大ごみを捨てたい", source=group)
    in_group["message"]["mention"] = {"mentionees": [{"index": 0, "length": 2, "isSelf": True}]}
    account.send(in_group)
    account.answer_to(account.platform.text("粗大ごみを捨てたい", "U9"))
    account.settle()
    assert calls(account, "/loading/start") == [{"chatId": "U9", "loadingSeconds": 20}]


def test_a_wrong_setting_is_told() -> None:
    with pytest.raises(ValueError, match="TOIAWASE_LINE_CHANNEL_ID"):
        Settings(line_channel_secret=SECRET)
