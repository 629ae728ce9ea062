"""The small city with an account on a stand-in of LINE's platform, all over real HTTP."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from channels.backend import Backend, open_backend
from channels.settings import Settings
from tests.channels.line.platform import SECRET, TOKEN, Platform, deliver, platform
from tests.channels.line.schema import Json
from tests.conftest import NOON, serving

_DELIVERIES = 5


@dataclass
class Time:
    """A clock that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Account:
    """A city's account: what it is sent, and what it answers."""

    site: httpx.Client
    platform: Platform
    backend: Backend
    clock: Time
    said: list[Json] = field(default_factory=list)

    def send(self, *events: Json) -> None:
        """Deliver events, which must be taken; what a busy machine is too late for comes again."""
        taken = any(deliver(self.site, *events).status_code == 200 for _ in range(_DELIVERIES))
        assert taken

    def ask(self, text: str, user: str = "U1") -> list[Json]:
        """Say something and return the messages that come back."""
        return self.answer_to(self.platform.text(text, user))

    def press(self, action: Json, user: str = "U1") -> list[Json]:
        """Press a button and return the messages that come back."""
        return self.answer_to(self.platform.press(action, user))

    def answer_to(self, event: Json) -> list[Json]:
        self.send(event)
        return self.platform.wait_for(event).messages

    def settle(self, seconds: float = 20) -> None:
        """Wait until everything that was delivered is done with."""
        deadline = time.monotonic() + seconds
        while self.backend.deliveries.count_waiting():
            assert time.monotonic() < deadline, "deliveries are left over"
            time.sleep(0.02)


def line_settings(settings: Settings, api_base: str) -> Settings:
    """Return settings with the account of the stand-in."""
    return Settings(
        state_folder=settings.state_folder,
        faq_folder=settings.faq_folder,
        public_url="https://toiawase.example",
        line_channel_secret=SECRET,
        line_channel_access_token=TOKEN,
        line_api_base=api_base,
    )


@pytest.fixture
def line_platform() -> Iterator[Platform]:
    with platform() as made:
        yield made
        assert made.problems == []


@pytest.fixture
def account(line_platform: Platform, settings: Settings) -> Iterator[Account]:
    clock = Time()
    backend = open_backend(line_settings(settings, line_platform.address), clock)
    with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as site:
        yield Account(site, line_platform, backend, clock)


def files_of(folder: Path) -> bytes:
    """Return everything that is on disk below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
