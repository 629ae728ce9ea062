"""The same whole conversations in the widget, and on the plain page without JavaScript."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from faq.office import JAPAN
from tests.journeys.test_conversations import NOON, Talk, conversations, talking_to

_TAGS = re.compile(r"<[^>]+>")
_TEXT = ("item", "text", "prompt", "contact", "status")
_TEXTS = ("items", "days")


@pytest.fixture(scope="module")
def talk(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with talking_to(sample_state, tmp_path_factory.mktemp("web")) as made:
        yield made


@pytest.fixture(scope="module")
def page(browser: Browser, talk: Talk) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.goto(f"{talk.site.base_url}/demo")
    opened.locator("toiawase-chat .launcher").click()
    yield opened
    context.close()


def squeezed(text: str) -> str:
    return "".join(text.split())


def differences(turn: dict[str, Any], kind: str, told: str, links: set[str]) -> Iterator[str]:
    """Yield what of a turn is not in what can be read and pressed."""
    read = squeezed(told)
    wanted = [turn[name] for name in _TEXT if name in turn]
    wanted += [one for name in _TEXTS for one in turn.get(name, ())]
    yield from (one for one in wanted if squeezed(one) not in read)
    if turn.get("kind", kind) != kind:
        yield kind
    pages = {link.rsplit("/faq/", 1)[-1] for link in links if "/faq/" in link}
    if "entry" in turn and not pages & set(turn["entry"]) and "item" not in turn:
        yield f"no page of {turn['entry']}"
    yield from (one for one in turn.get("entries", ()) if one not in pages)
    calls = {re.sub(r"[^\d#]", "", link) for link in links if link.startswith("tel:")}
    yield from (one for one in turn.get("emergency", ()) if re.sub(r"[^\d#]", "", one) not in calls)


def start(talk: Talk, conversation: dict[str, Any]) -> None:
    at = datetime.fromisoformat(str(conversation.get("at", NOON)))
    talk.now = at.replace(tzinfo=JAPAN)


def without_switch() -> list[Any]:
    """Return the conversations that choose no language by a switch."""
    return [
        one
        for one in conversations()
        if not any("language" in turn for turn in one.values[0]["turns"])
    ]


@pytest.mark.parametrize("conversation", without_switch())
def test_a_conversation_goes_as_it_should_without_javascript(
    talk: Talk, conversation: dict[str, Any]
) -> None:
    start(talk, conversation)
    for turn in conversation["turns"]:
        talk.now += timedelta(minutes=turn.get("after_minutes", 0))
        asked = {"text": turn["say"], "session": f"plain {conversation['name']}"[:100]}
        html = talk.site.post("/chat", data=asked).text
        article = html[html.index("<article") : html.index("</article>")]
        kind = re.findall(r"kind-(\w+)", article)[0]
        links = set(re.findall(r'href="([^"]+)"', unescape(article)))
        told = unescape(_TAGS.sub("", article))
        assert list(differences(turn, kind, told, links)) == [], (turn["say"], told)


@pytest.mark.browser
@pytest.mark.parametrize("conversation", without_switch())
def test_a_conversation_goes_as_it_should_in_the_widget(
    page: Page, talk: Talk, conversation: dict[str, Any]
) -> None:
    start(talk, conversation)
    page.evaluate("document.querySelector('toiawase-chat').clear()")
    replies = page.locator("toiawase-chat .reply")
    for number, turn in enumerate(conversation["turns"]):
        talk.now += timedelta(minutes=turn.get("after_minutes", 0))
        page.fill("toiawase-chat #text", turn["say"])
        page.press("toiawase-chat #text", "Enter")
        expect(replies).to_have_count(number + 1)
        reply = replies.last
        kind = (reply.get_attribute("class") or "").split()[1]
        links = set(reply.evaluate("node => [...node.querySelectorAll('a')].map(one => one.href)"))
        told = reply.evaluate("node => node.textContent")
        assert list(differences(turn, kind, told, links)) == [], (turn["say"], told)
