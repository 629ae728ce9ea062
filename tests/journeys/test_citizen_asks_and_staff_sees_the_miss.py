"""A citizen asks on the website, in a real browser; what is not answered reaches staff."""

import re
from collections.abc import Callable

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from nlp.normalise import normalise
from tests.journeys.conftest import City, Visit
from tests.running import run_command

pytestmark = pytest.mark.browser

MOVED_IN = "引っ越してきたんだけど何すればいい？"
RAMEN = "おすすめのラーメン屋は？"
WITH_NUMBER = "電話は090-1234-5678です おすすめのラーメン屋は？"
MASKED = "電話は〔電話番号〕です おすすめのラーメン屋は?"
OFTEN_ASKED = "市外から汐見市へ引っ越してきたときは、どんな手続きが必要ですか。"
CENTRE = "しおみコール"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Open = Callable[..., Visit]


def ask(page: Page, text: str) -> Locator:
    """Type a question, send it and return its reply."""
    replies = page.locator("article.reply")
    before = replies.count() if page.url.endswith("/") else 0
    page.get_by_label("どのようなことでお困りですか").fill(text)
    page.get_by_role("button", name="質問する").click()
    expect(replies).to_have_count(before + 1)
    return replies.last


def expect_moving_in(reply: Locator) -> None:
    expect(reply.get_by_role("heading", level=2)).to_contain_text("引っ越してきた")
    expect(reply.locator(".answer-text")).to_contain_text("転入届")
    expect(reply.get_by_role("link", name="この回答のページ")).to_have_attribute(
        "href", "/faq/tennyu"
    )
    expect(
        reply.locator('.links a[href^="https://www.city.shiomi.example/"]').first
    ).to_be_visible()
    expect(reply.locator(".contact-name")).not_to_be_empty()
    expect(reply.locator(".contact a.tel").first).to_be_visible()


def expect_no_answer(reply: Locator) -> None:
    expect(reply).to_have_class(re.compile(r"\bkind-unanswered\b"))
    expect(reply.locator(".answer-text")).to_have_count(0)
    expect(reply.locator(".prompt")).to_be_visible()
    expect(reply.locator(".prompt")).not_to_be_empty()
    expect(reply.locator(".contact-name")).to_contain_text(CENTRE)
    expect(reply.locator(".contact a.tel")).to_have_attribute("href", "tel:0999-10-1000")


def test_a_citizen_asks_and_staff_sees_the_miss(visit: Open, city: City) -> None:
    page = visit("/").page
    expect_moving_in(ask(page, MOVED_IN))
    expect_no_answer(ask(page, RAMEN))
    assert page.url == f"{city.address}/", "the answers came without leaving the page"
    latest = city.misses()[0]
    assert (latest["text"], latest["channel"]) == (normalise(RAMEN), "web")
    reply = ask(page, WITH_NUMBER)
    expect_no_answer(reply)
    assert city.misses()[0]["text"] == MASKED
    listed = run_command("misses", "list", state=city.state, faq=city.folder).stdout
    assert MASKED in listed
    assert "1234" not in listed
    assert normalise(MOVED_IN) not in listed, "what was answered needs no review"


def test_what_a_citizen_marks_as_not_helpful_reaches_staff(visit: Open, city: City) -> None:
    page = visit("/").page
    reply = ask(page, OFTEN_ASKED)
    reply.get_by_role("button", name="いいえ").click()
    expect(page.get_by_role("status")).to_contain_text("ご意見をありがとうございました")
    latest = city.misses()[0]
    assert (latest["text"], latest["reason"]) == (OFTEN_ASKED, "not_helpful")


def test_the_same_without_javascript(visit: Open, city: City) -> None:
    page = visit("/chat", java_script_enabled=False).page
    expect_moving_in(ask(page, MOVED_IN))
    page.goto("/")  # the first page's form works alone, too
    page.get_by_label("どのようなことでお困りですか").fill(WITH_NUMBER)
    page.get_by_role("button", name="質問する").click()
    expect_no_answer(page.locator("article.reply"))
    expect(page.locator(".asked")).to_contain_text("〔電話番号〕")
    assert "1234" not in page.content()
    assert city.misses()[0]["text"] == MASKED
    page.get_by_role("button", name="いいえ").click()
    expect(page.get_by_role("status")).to_contain_text("ご意見をありがとうございました")


def test_an_empty_question_is_explained_without_javascript(visit: Open) -> None:
    page = visit("/chat", java_script_enabled=False).page
    page.get_by_role("button", name="質問する").click()
    expect(page.locator("#problem")).not_to_be_empty()
    expect(page.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")


def tab_to(page: Page, target: Locator, most: int = 40) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", "the focus is invisible"
            return
    pytest.fail(f"{target} was not reached by {most} presses of Tab")


def test_a_citizen_with_a_keyboard_alone(visit: Open, city: City) -> None:
    page = visit("/").page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ移動")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, page.get_by_role("textbox"), most=3)
    page.keyboard.type(MOVED_IN)
    page.keyboard.press("Enter")
    reply = page.locator("article.reply")
    expect_moving_in(reply)
    expect(page.get_by_role("textbox")).to_have_value("")
    tab_to(page, reply.get_by_role("link", name="この回答のページ"))
    tab_to(page, reply.get_by_role("button", name="はい"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("ご意見をありがとうございました")
    expect(reply.get_by_role("button", name="はい")).to_have_attribute("aria-pressed", "true")


def test_a_reply_is_announced_to_those_who_listen(visit: Open) -> None:
    page = visit("/").page
    heard = page.evaluate_handle(
        """() => {
          const heard = [];
          new MutationObserver(() => heard.push(document.getElementById("status").textContent))
            .observe(document.getElementById("status"), {childList: true, characterData: true});
          return heard;
        }"""
    )
    ask(page, MOVED_IN)
    said = "".join(heard.json_value())
    assert "回答を探しています" in said
    assert "回答が届きました" in said


def show_home(page: Page) -> None:
    ask(page, MOVED_IN)
    ask(page, RAMEN)


def show_reply(page: Page) -> None:
    ask(page, MOVED_IN)


def show_problem(page: Page) -> None:
    page.get_by_role("button", name="質問する").click()
    expect(page.locator("#problem")).to_be_visible()


def show(_page: Page) -> None:
    """The page is looked at as it comes."""


PAGES = {
    "/": ("/", show),
    "/ with replies": ("/", show_home),
    "/chat with a reply": ("/chat", show_reply),
    "/chat with a problem": ("/chat", show_problem),
    "/faq/": ("/faq/", show),
    "/faq/tennyu": ("/faq/tennyu", show),
    "/faq/tennyu in English": ("/faq/tennyu?lang=en", show),
}


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_and_fit(visit: Open, name: str, width: int) -> None:
    path, prepare = PAGES[name]
    page = visit(path, width).page
    prepare(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    faults = [
        f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}"
        for one in found["violations"]
    ]
    assert faults == []
    assert found["passes"], "axe looked at nothing"
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0, f"{wider} px wider than the window"


def test_a_page_that_is_not_there_is_accessible_too(visit: Open) -> None:
    page = visit("/").page
    response = page.goto("/faq/nothing")
    assert response is not None
    assert response.status == 404
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found["violations"] == []
