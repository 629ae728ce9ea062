"""Whole conversations with the sample city, over HTTP: what is said, and what must come back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from channels.backend import open_backend
from channels.settings import Settings
from faq.office import JAPAN
from tests.conftest import SAMPLE_CITY, serving

FOLDER = Path(__file__).parent / "conversations"
NOON = "2026-11-27 12:00"


def conversations() -> list[Any]:
    reader = YAML(typ="safe")
    return [
        pytest.param(one, id=f"{path.stem}-{one['name']}")
        for path in sorted(FOLDER.glob("*.yaml"))
        for one in reader.load(path.read_text(encoding="utf-8"))
    ]


class Talk:
    """One citizen's conversation, at a time of its own."""

    def __init__(self, site: httpx.Client) -> None:
        self.site = site
        self.now = datetime.fromisoformat(NOON).replace(tzinfo=JAPAN)

    def say(self, session: str, turn: dict[str, Any]) -> dict[str, Any]:
        asked = {"text": turn["say"], "session": session, "lang": turn.get("language", "ja")}
        response = self.site.post("/api/v1/questions", json=asked)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply


@contextmanager
def talking_to(sample_state: Path, folder: Path) -> Iterator[Talk]:
    """Serve the sample city from a copy of its state, on the clock of the talk."""
    state = Path(shutil.copytree(sample_state, folder / "var"))
    with httpx.Client(timeout=30) as client:
        talking = Talk(client)
        settings = Settings(state_folder=state, faq_folder=SAMPLE_CITY)
        with serving(open_backend(settings, lambda: talking.now)) as address:
            client.base_url = httpx.URL(address)
            yield talking


@pytest.fixture(scope="module")
def talk(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with talking_to(sample_state, tmp_path_factory.mktemp("talk")) as made:
        yield made


def test_there_are_enough() -> None:
    assert len(conversations()) >= 60


@pytest.mark.parametrize("conversation", conversations())
def test_a_conversation_goes_as_it_should(talk: Talk, conversation: dict[str, Any]) -> None:
    talk.now = datetime.fromisoformat(str(conversation.get("at", NOON))).replace(tzinfo=JAPAN)
    for turn in conversation["turns"]:
        talk.now += timedelta(minutes=turn.get("after_minutes", 0))
        reply = talk.say(conversation["name"], turn)
        wrong = list(differences(turn, reply))
        assert wrong == [], f"{turn['say']}: {reply['kind']} {shown(reply)}"


def differences(turn: dict[str, Any], reply: dict[str, Any]) -> Iterator[str]:
    """Yield what of a turn is not in the reply."""
    answer = reply["answer"] or {}
    told = "\n".join([*(one["text"] for one in reply["answers"]), reply["prompt"] or ""])
    checks: dict[str, Any] = {
        "kind": lambda want: reply["kind"] == want,
        "entry": lambda want: answer.get("entry_id") in want,
        "entries": lambda want: [one["entry_id"] for one in reply["answers"]] == want,
        "first": lambda want: reply["candidates"][0]["entry_id"] == want,
        "item": lambda want: answer.get("question") == want,
        "items": lambda want: sorted(one["question"] for one in reply["candidates"]) == want,
        "sentence": lambda want: reply["sentence"] == want,
        "asks_ward": lambda want: bool(reply["ward_question"]) == want,
        "ward": lambda want: reply["ward"] == want,
        "text": lambda want: want in told,
        "prompt": lambda want: want in (reply["prompt"] or ""),
        "contact": lambda want: want in reply["contact"]["name"],
        "status": lambda want: reply["contact"]["status"] == want,
        "days": lambda want: [one["text"] for one in reply["days"]] == want,
        "emergency": lambda want: set(want) <= {one["telephone"] for one in reply["emergency"]},
        "kept": lambda want: reply["private"] != want,
        "unfound": lambda want: len((reply["unfound"] or {"parts": []})["parts"]) == want,
        "lang": lambda want: answer.get("lang") == want,
    }
    for name, want in turn.items():
        if name in checks and not checks[name](want):
            yield name


def shown(reply: dict[str, Any]) -> list[Any]:
    """Return what a failing test should tell of a reply."""
    return [
        reply["sentence"],
        [one["entry_id"] for one in reply["answers"]],
        [one["question"] for one in reply["candidates"]],
        reply["prompt"],
        reply["ward"],
        reply["contact"] and (reply["contact"]["name"], reply["contact"]["status"]),
        [one["text"] for one in reply["days"]],
    ]
