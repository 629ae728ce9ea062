"""The same whole conversations on LINE: signed webhooks in, valid messages out."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.inquiry import Inquiry
from channels.backend import open_backend
from channels.settings import Settings
from faq.office import JAPAN
from tests.channels.line.account import Account, Time, line_settings
from tests.channels.line.platform import platform, pressable
from tests.channels.line.schema import Json
from tests.conftest import SAMPLE_CITY, serving
from tests.journeys.test_conversations import NOON, conversations

CHOSEN_ELSEWHERE = ("language",)
"""A turn that chooses its language by a switch, which LINE does not have."""


@pytest.fixture(scope="module")
def account(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    state = Path(shutil.copytree(sample_state, tmp_path_factory.mktemp("line") / "var"))
    clock = Time()
    with platform() as made:
        settings = Settings(state_folder=state, faq_folder=SAMPLE_CITY)
        backend = open_backend(line_settings(settings, made.address), clock)
        with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as site:
            yield Account(site, made, backend, clock)
        assert made.problems == []


def on_line() -> list[Any]:
    return [
        one
        for one in conversations()
        if not any(name in turn for turn in one.values[0]["turns"] for name in CHOSEN_ELSEWHERE)
    ]


def test_there_are_enough() -> None:
    assert len(on_line()) >= 60


@pytest.mark.parametrize("conversation", on_line())
def test_a_conversation_goes_as_it_should(account: Account, conversation: dict[str, Any]) -> None:
    at = datetime.fromisoformat(str(conversation.get("at", NOON)))
    account.clock.now = at.replace(tzinfo=JAPAN)
    for turn in conversation["turns"]:
        account.clock.pass_by(60 * turn.get("after_minutes", 0))
        before = {one.id for one in account.backend.inquiries.each()}
        messages = account.ask(turn["say"], conversation["name"])
        (kept,) = [one for one in account.backend.inquiries.each() if one.id not in before]
        assert list(differences(turn, kept, messages)) == [], (turn["say"], kept, messages)


def told_by(messages: list[Json]) -> str:
    """Return all that can be read, a line for each paragraph."""
    lines = [str(one.get("altText", "")) for one in messages]
    for message in messages:
        lines += texts_of(message.get("contents", message))
    return "\n".join(lines)


def texts_of(part: Json) -> Iterator[str]:
    if "text" in part:
        yield part["text"]
    for name in ("body", "footer"):
        yield from texts_of(part[name]) if name in part else ()
    contents = part.get("contents", [])
    for one in contents if isinstance(contents, list) else [contents]:
        yield from texts_of(one)


def differences(turn: dict[str, Any], kept: Inquiry, messages: list[Json]) -> Iterator[str]:
    """Yield what of a turn is not in the record or in the messages."""
    told = told_by(messages)
    actions = list(pressable(messages))
    addresses = {one["uri"] for one in actions if one["type"] == "uri"}
    chosen = [one["data"] for one in actions if one.get("data", "").startswith("choose:")]
    checks: dict[str, Any] = {
        "kind": lambda want: kept.kind == want,
        "entry": lambda want: kept.entry_id in want,
        "entries": lambda want: [name for name in want if not any(has_page(name, addresses))] == [],
        "first": lambda want: chosen[0].endswith(f":{want}"),
        "item": lambda want: want in told,
        "items": lambda want: all(one in told for one in want),
        "asks_ward": lambda want: any(one.get("text") == "北区" for one in actions) == want,
        "ward": lambda want: kept.ward == want,
        "text": lambda want: want in told.replace("\n", "") or want in told,
        "prompt": lambda want: want in told,
        "contact": lambda want: want in told,
        "status": lambda want: want in told,
        "days": lambda want: all(one in told for one in want),
        "emergency": lambda want: {f"tel:{digits(one)}" for one in want} <= addresses,
        "kept": lambda want: bool(kept.text) == want,
    }
    for name, want in turn.items():
        if name in checks and not checks[name](want):
            yield name


def has_page(entry_id: str, addresses: set[str]) -> Iterator[bool]:
    return (address.endswith(f"/faq/{entry_id}") for address in addresses)


def digits(telephone: str) -> str:
    return "".join(char for char in telephone if char.isdigit() or char == "#")
