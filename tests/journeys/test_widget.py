"""The widget on a city's page, in a real browser: whoever uses it, whatever the page is like."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from channels.backend import open_backend
from channels.settings import Settings
from channels.web.widget_files import integrity, versions
from tests.conftest import ROOT, SAMPLE_CITY, serving
from tests.journeys.host_page import Host, host_website

pytestmark = pytest.mark.browser

BUNDLE = ROOT / "channels/web/widget/dist"
MOST_BYTES = 10_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGE = """<!doctype html><html lang="ja"><meta charset="{encoding}"><title>市のページ</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<h1>市のページ</h1><p><a href="{service}/chat" data-toiawase>質問する（別のページ）</a></p>
<script src="{service}/widget/v1.js" async {attributes}></script></html>"""
STRICT = "default-src 'none'; script-src {0}; connect-src {0}; require-trusted-types-for 'script'"
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class Widget:
    """A page with the widget, and what went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def field(self) -> Any:
        return self.page.locator("toiawase-chat #text")

    def open(self) -> None:
        self.page.locator("toiawase-chat .launcher").click()
        expect(self.field).to_be_focused()

    def ask(self, text: str) -> Any:
        """Ask and return the reply that comes."""
        replies = self.page.locator("toiawase-chat .reply")
        before = replies.count()
        self.field.fill(text)
        self.field.press("Enter")
        expect(replies).to_have_count(before + 1)
        return replies.last

    def violations(self) -> list[tuple[str, str]]:
        found = Axe().run(self.page, options={"runOnly": WCAG})["violations"]
        return [(one["id"], one["nodes"][0]["html"]) for one in found]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with host_website() as made:
        yield made


@pytest.fixture(scope="module")
def service(
    host: Host, sample_state: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    state = Path(shutil.copytree(sample_state, tmp_path_factory.mktemp("widget") / "var"))
    settings = Settings(state_folder=state, faq_folder=SAMPLE_CITY, allowed_origins=(host.address,))
    with serving(open_backend(settings)) as address:
        yield address


@pytest.fixture
def widget(browser: Browser, host: Host, service: str) -> Iterator[Callable[..., Widget]]:
    """Open pages with the widget; afterwards nothing may have gone wrong or gone elsewhere."""
    opened: list[Widget] = []

    def start(width: int = 1280, attributes: str = "", page: str = "/", **settings: Any) -> Widget:
        if page == "/":
            content = PAGE.format(encoding="utf-8", service=service, attributes=attributes)
            host.put("/", content)
        context = browser.new_context(viewport={"width": width, "height": 800}, **settings)
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH)
        made = Widget(context.new_page())
        made.page.on("console", lambda message: _note(made, message.type, message.text))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("request", lambda request: made.hosts.add(_host_of(request.url)))
        made.page.goto(f"{host.address}{page}")
        made.page.locator("toiawase-chat").wait_for(state="attached")
        opened.append(made)
        return made

    yield start
    for made in opened:
        assert made.page.context.cookies() == []
        made.page.context.close()
        assert made.complaints == []
        assert made.hosts <= {_host_of(host.address), _host_of(service)}


def _note(made: Widget, kind: str, text: str) -> None:
    if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
        made.complaints.append(text)


def _host_of(url: str) -> str:
    return "/".join(url.split("/")[:3])


def states(widget: Widget, lang: str) -> Iterator[str]:
    """Bring the widget into one state after another, naming each."""
    page = widget.page
    yield "closed"
    widget.open()
    expect(page.locator("toiawase-chat summary").last).to_be_visible()
    yield "open"
    page.locator("toiawase-chat .topics > summary").click()
    page.locator("toiawase-chat .topics details > summary").first.click()
    yield "topics"
    widget.field.fill("")
    widget.field.press_sequentially("粗大ごみ")
    expect(page.locator("toiawase-chat [role=option]").first).to_be_visible()
    widget.field.press("ArrowDown")
    yield "suggestions"
    widget.field.press("Escape")
    questions = {
        "answer": "粗大ごみを出したい",
        "unsure": "税金",
        "unanswered": "宇宙旅行の予約",
        "danger": "火事です",
        "private": "夫に殴られています",
        "hours": "北区役所は12月30日やってる？",
        "several": "引っ越しの手続きと、粗大ごみの料金を教えて",
        "item": "ハンガー",
        "language": "How can I register my address?",
    }
    for name, question in questions.items():
        widget.ask(question)
        yield name
    page.locator("toiawase-chat .feedback button").nth(1).click()
    yield "feedback"
    page.locator("toiawase-chat .menu > summary").click()
    yield "menu"
    page.locator("toiawase-chat .menu button").first.click()
    page.locator("toiawase-chat .menu button").first.click()
    page.locator("toiawase-chat .menu > summary").click()
    yield "large"
    widget.field.fill("\u200b")
    widget.field.press("Enter")
    expect(page.locator("toiawase-chat #problem")).not_to_be_empty()
    yield "problem"
    assert lang


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_state_is_accessible(widget: Callable[..., Widget], lang: str, width: int) -> None:
    opened = widget(width, f'data-lang="{lang}"')
    seen = []
    for name in states(opened, lang):
        assert opened.violations() == [], name
        wide = opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, name
        seen.append(name)
    assert len(seen) >= 12


def test_everything_goes_by_keyboard(widget: Callable[..., Widget]) -> None:
    opened = widget()
    page = opened.page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(opened.field).to_be_focused()
    page.keyboard.type("粗大ごみ")
    options = page.locator("toiawase-chat [role=option]")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert opened.field.get_attribute("aria-activedescendant") == "option-0"
    chosen = options.first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("toiawase-chat .reply h3").first).to_have_text(chosen)
    # The answer came, and the focus stayed where the citizen was.
    expect(opened.field).to_be_focused()
    page.keyboard.type("粗大")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options.first).not_to_be_visible()
    expect(opened.field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("toiawase-chat dialog")).not_to_be_visible()
    expect(page.locator("toiawase-chat .launcher")).to_be_focused()


@pytest.mark.parametrize("order", ["chrome", "safari"])
def test_enter_that_ends_composing_sends_nothing(widget: Callable[..., Widget], order: str) -> None:
    opened = widget()
    opened.open()
    opened.field.fill("粗大ごみ")
    expect(opened.page.locator("toiawase-chat [role=option]").first).to_be_visible()
    opened.field.press("ArrowDown")
    opened.page.evaluate(
        """(order) => {
          const field = document.querySelector("toiawase-chat").shadowRoot.getElementById("text");
          const key = (more) => field.dispatchEvent(new KeyboardEvent("keydown",
            { key: "Enter", keyCode: 229, bubbles: true, cancelable: true, ...more }));
          const end = () => field.dispatchEvent(new CompositionEvent("compositionend"));
          field.dispatchEvent(new CompositionEvent("compositionstart"));
          if (order === "chrome") { key({ isComposing: true }); end(); } else { end(); key({}); }
        }""",
        order,
    )
    opened.page.wait_for_timeout(500)
    assert opened.page.locator("toiawase-chat .asked").count() == 0


def test_the_strictest_page_in_an_old_encoding_is_served(
    widget: Callable[..., Widget], host: Host, service: str
) -> None:
    content = PAGE.format(encoding="shift_jis", service=service, attributes="")
    host.put("/sjis", content, "shift_jis", Content_Security_Policy=STRICT.format(service))
    opened = widget(page="/sjis")
    expect(opened.page.locator("toiawase-chat .launcher")).to_have_text("質問する")
    opened.open()
    reply = opened.ask("住民票の写しを窓口でとりたい")
    expect(reply.locator("h3").first).to_contain_text("住民票")
    assert "repl\ufffd" not in reply.inner_text()


def test_a_pinned_version_is_held_against_its_digest(
    widget: Callable[..., Widget], host: Host, service: str
) -> None:
    version = versions()[-1]
    content = PAGE.format(encoding="utf-8", service=service, attributes="")
    tag = f'crossorigin="anonymous" integrity="{integrity(version)}"'
    pinned = content.replace("/widget/v1.js", f"/widget/{version}/widget.js")
    host.put("/pinned", pinned.replace("async", f"async {tag}"))
    widget(page="/pinned").open()


def test_two_tags_make_one_widget_and_links_open_it(
    widget: Callable[..., Widget], host: Host, service: str
) -> None:
    content = PAGE.format(encoding="utf-8", service=service, attributes="")
    host.put("/twice", content + f'<script src="{service}/widget/v1.js" async></script>')
    opened = widget(page="/twice")
    opened.page.wait_for_timeout(500)
    assert opened.page.locator("toiawase-chat").count() == 1
    opened.page.get_by_role("link", name="質問する（別のページ）").click()
    expect(opened.field).to_be_focused()
    names = opened.page.evaluate(
        "Object.getOwnPropertyNames(window).filter((one) => /toiawase/i.test(one))"
    )
    assert names == ["Toiawase"]


def test_the_page_can_drive_it_and_hears_no_question(widget: Callable[..., Widget]) -> None:
    opened = widget()
    opened.page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["open", "close", "ask", "answer", "feedback", "error"]) {
            document.addEventListener(`toiawase:${name}`, (event) => {
              window.heard.push([name, JSON.stringify(event.detail)]);
            });
          }
          document.querySelector("toiawase-chat").ask("粗大ごみを出したい");
        }"""
    )
    expect(opened.page.locator("toiawase-chat .reply")).to_have_count(1)
    opened.page.evaluate("document.querySelector('toiawase-chat').close()")
    heard = opened.page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["open", "ask", "answer", "close"]
    assert "粗大" not in json.dumps(heard, ensure_ascii=False)
    opened.page.evaluate("document.querySelector('toiawase-chat').clear()")
    assert opened.page.locator("toiawase-chat .reply").count() == 0


def test_the_conversation_stays_in_the_tab_until_it_is_erased(
    widget: Callable[..., Widget],
) -> None:
    opened = widget()
    opened.open()
    opened.ask("粗大ごみを出したい")
    opened.ask("夫に殴られています")
    opened.page.reload()
    asked = opened.page.locator("toiawase-chat .asked")
    expect(asked).to_have_count(1)
    expect(asked).to_contain_text("粗大ごみ")
    opened.page.locator("toiawase-chat .menu > summary").click()
    opened.page.get_by_role("button", name="会話を消す").click()
    expect(asked).to_have_count(0)
    opened.page.reload()
    expect(asked).to_have_count(0)


def test_the_screen_is_cleared_at_once(widget: Callable[..., Widget], service: str) -> None:
    opened = widget(attributes=f'data-leave="{service}/healthz"')
    opened.open()
    reply = opened.ask("夫に殴られています")
    reply.get_by_role("button", name="画面を消す").click()
    opened.page.wait_for_url("**/healthz")
    opened.page.go_back()
    assert opened.page.locator("toiawase-chat .asked").count() == 0


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(429, "混み合っています"), (500, "送れませんでした"), (0, "送れません")],
)
def test_what_could_not_be_sent_is_kept_and_said(
    widget: Callable[..., Widget], status: int, sentence: str
) -> None:
    opened = widget()
    opened.open()
    expect(opened.page.locator("toiawase-chat #privacy")).not_to_be_empty()

    def fail(route: Route) -> None:
        if status:
            route.fulfill(status=status, json={"error": {"message": "x"}}, headers=CORS)
        else:
            route.abort()

    opened.page.route("**/api/v1/questions", fail)
    opened.field.fill("粗大ごみを出したい")
    opened.field.press("Enter")
    expect(opened.page.locator("toiawase-chat #problem")).to_contain_text(sentence)
    expect(opened.page.locator("toiawase-chat form .tel")).to_be_visible()
    expect(opened.field).to_have_value("粗大ごみを出したい")
    opened.page.unroute("**/api/v1/questions")
    opened.field.press("Enter")
    expect(opened.page.locator("toiawase-chat .reply")).to_have_count(1)
    expect(opened.page.locator("toiawase-chat #problem")).to_be_empty()


CORS = {"Access-Control-Allow-Origin": "*"}


def test_suggestions_that_come_late_are_dropped(widget: Callable[..., Widget]) -> None:
    opened = widget()
    opened.open()
    held: list[Route] = []
    opened.page.route("**/api/v1/suggestions*", lambda route: held.append(route))
    opened.field.press_sequentially("粗大ごみを出したい")
    opened.page.wait_for_timeout(600)
    assert held
    opened.field.press("Enter")
    expect(opened.page.locator("toiawase-chat .reply")).to_have_count(1)
    for route in held:
        route.abort()
    opened.page.wait_for_timeout(300)
    expect(opened.page.locator("toiawase-chat [role=listbox]")).not_to_be_visible()


def test_announcements_are_gone_after_a_second(widget: Callable[..., Widget]) -> None:
    opened = widget()
    opened.open()
    opened.ask("粗大ごみを出したい")
    live = opened.page.locator("toiawase-chat [aria-live=polite] p")
    expect(live.last).to_contain_text("回答が届きました")
    expect(live).to_have_count(0)


def test_a_faint_theme_is_refused(widget: Callable[..., Widget], host: Host, service: str) -> None:
    content = PAGE.format(encoding="utf-8", service=service, attributes="")
    host.put("/faint", f"<style>toiawase-chat{{--toiawase-accent:#ffd0d0}}</style>{content}")
    opened = widget(page="/faint")
    colour = opened.page.locator("toiawase-chat .launcher").evaluate(
        "(node) => getComputedStyle(node).backgroundColor"
    )
    assert colour == "rgb(11, 74, 143)"
    assert opened.complaints.pop().startswith("toiawase: the theme's contrast")
    host.put("/green", f"<style>toiawase-chat{{--toiawase-accent:#005a3c}}</style>{content}")
    green = (
        widget(page="/green")
        .page.locator("toiawase-chat .launcher")
        .evaluate("(node) => getComputedStyle(node).backgroundColor")
    )
    assert green == "rgb(0, 90, 60)"


@pytest.mark.parametrize("lang", ["easy", "zh", "ko"])
def test_other_languages_come_when_they_are_chosen(
    widget: Callable[..., Widget], lang: str
) -> None:
    opened = widget()
    opened.open()
    opened.page.locator("toiawase-chat .menu > summary").click()
    opened.page.locator("toiawase-chat select").select_option(lang)
    words = json.loads((BUNDLE.parent / "strings" / f"{lang}.json").read_text(encoding="utf-8"))
    expect(opened.page.locator("toiawase-chat [type=submit]")).to_have_text(words["ask"])
    assert opened.violations() == []


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_wider_spacing_and_system_colours_cut_nothing_off(
    widget: Callable[..., Widget], media: dict[str, str]
) -> None:
    opened = widget(320)
    opened.page.emulate_media(**media)  # type: ignore[arg-type]
    opened.open()
    opened.page.evaluate(
        """() => {
          const root = document.querySelector("toiawase-chat").shadowRoot;
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
          root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        }"""
    )
    opened.ask("粗大ごみを出したい")
    opened.ask("税金")
    cut = opened.page.evaluate(
        """() => [...document.querySelector("toiawase-chat").shadowRoot.querySelectorAll("*")]
          .filter((one) => one.clientWidth
            && !one.closest(".live, .hidden, details:not([open]) > div")
            && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert [one for one in cut if not one.startswith("<input")] == []
    moving = opened.page.locator("toiawase-chat dialog").evaluate(
        "node => getComputedStyle(node).animationName + getComputedStyle(node).transitionDuration"
    )
    assert moving == "none0s"


def test_inline_it_stands_where_the_tag_is(widget: Callable[..., Widget]) -> None:
    opened = widget(attributes='data-mode="inline"')
    expect(opened.field).to_be_visible()
    assert opened.page.locator("toiawase-chat .launcher").count() == 0
    opened.ask("粗大ごみを出したい")
    assert opened.violations() == []


def test_however_much_is_asked_the_page_stays_small(widget: Callable[..., Widget]) -> None:
    opened = widget()
    opened.open()
    for _ in range(60):
        opened.field.fill("ありがとう")
        opened.field.press("Enter")
        expect(opened.field).to_have_value("")
    assert opened.page.locator("toiawase-chat .reply").count() <= 50
    kept = opened.page.evaluate("JSON.parse(sessionStorage.getItem('toiawase')).turns.length")
    assert kept == 20


def test_the_bundle_is_small_and_ascii() -> None:
    built = (BUNDLE / versions()[-1] / "widget.js").read_bytes()
    assert built.isascii()
    assert len(gzip.compress(built, 9)) <= MOST_BYTES
    for lang in ("easy", "zh", "ko"):
        words = (BUNDLE.parent / "strings" / f"{lang}.json").read_bytes()
        assert len(gzip.compress(built, 9)) + len(gzip.compress(words, 9)) <= 15_000


def test_the_demo_and_what_to_paste_are_pages(visit: Callable[..., Any]) -> None:
    for path in ("/demo", "/demo?inline=true", "/embed"):
        for width in (1280, 320):
            visited = visit(path, width)
            found = Axe().run(visited.page)["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
            assert visited.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_plain_page_is_accessible_in_every_state(visit: Callable[..., Any], lang: str) -> None:
    for width in (1280, 320):
        page = visit(f"/chat?lang={lang}", width, java_script_enabled=True).page
        for text in (
            "粗大ごみを出したい",
            "税金",
            "宇宙旅行の予約",
            "夫に殴られています",
            "\u200b",
        ):
            page.fill("#text", text)
            page.click("#ask button")
            found = Axe().run(page)["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], text
            assert page.evaluate("document.documentElement.scrollWidth") <= width
