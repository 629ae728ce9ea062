"""LINE tried out without an account: a page like a phone, behind it the whole channel over HTTP."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import SAMPLE_CITY
from tests.running import Process, serve_process

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def process(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    state = Path(shutil.copytree(sample_state, tmp_path_factory.mktemp("phone") / "var"))
    with serve_process(state, SAMPLE_CITY) as started:
        yield started


@pytest.fixture
def phone(browser: Browser, process: Process) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{process.address}/line/phone")
    expect(page.locator(".bubble")).to_have_count(1, timeout=20_000)
    yield page
    context.close()
    assert complaints == []


def say(page: Page, text: str) -> None:
    before = page.locator("#talk > *").count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    page.wait_for_function(
        "count => document.querySelectorAll('#talk > *').length > count + 1", arg=before
    )


def test_a_citizen_is_greeted_asks_and_tells_that_it_helped(phone: Page) -> None:
    assert "友だち追加ありがとうございます" in phone.inner_text(".bubble")
    say(phone, "粗大ごみを出したい")
    card = phone.locator(".bubble").last
    expect(card).to_contain_text("粗大ごみ")
    assert (card.locator("a.primary").get_attribute("href") or "").startswith("tel:")
    card.get_by_role("button", name="解決した").click()
    expect(phone.locator("#talk")).to_contain_text("お役に立ててよかったです")


def test_choices_topics_danger_and_stickers(phone: Page) -> None:
    say(phone, "税金")
    phone.locator(".bubble").last.locator("button.choice").first.click()
    expect(phone.locator(".bubble").last.locator("a.primary")).to_be_visible()
    say(phone, "火事です")
    expect(phone.locator("a.primary[href='tel:119']")).to_be_visible()
    phone.click("#menu summary")
    phone.locator("rect[aria-label='使い方']").press("Enter")
    expect(phone.locator("#talk")).to_contain_text("ふだんのことばで送ってください")
    phone.click(".more summary")
    phone.get_by_role("button", name="スタンプを送る").click()
    expect(phone.locator("#talk")).to_contain_text("スタンプをありがとうございます")


def test_the_phone_is_accessible(phone: Page) -> None:
    say(phone, "粗大ごみを出したい")
    found = Axe().run(phone)["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
