"""What citizens could not find on Monday is answered on Tuesday, on LINE and on the website."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import SAMPLE_CITY, SWITCH_SECONDS
from tests.running import TOIAWASE, Process, environment, serve_process

pytestmark = pytest.mark.browser

CLERK, PASSWORD = "窓口の田中", "あさひがのぼるまちしおみ"
ADMIN = "管理の佐藤"
ON_LINE, ON_WEB = "スケボーをしてよい公園はありますか", "公園でスケボーはできますか"
NEXT = "子どもがスケボーできる場所"
ANSWER = "公園でしてよいこと・いけないこと"
MOST_CLICKS = 10


@pytest.fixture(scope="module")
def process(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    root = tmp_path_factory.mktemp("monday")
    state = Path(shutil.copytree(sample_state, root / "var"))
    folder = Path(shutil.copytree(SAMPLE_CITY, root / "faq"))
    register(CLERK, "承認", state, folder)
    register(ADMIN, "管理", state, folder)
    with serve_process(state, folder) as started:
        yield started


def register(name: str, role: str, state: Path, folder: Path) -> None:
    """Register a member of staff by the command line."""
    done = subprocess.run(
        [*TOIAWASE, "staff", "add", name, "--role", role],
        env=environment(state, folder),
        input=f"{PASSWORD}\n",
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Clerk:
    """A member of staff at the console; every press of a button or link is counted."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.clicks = 0
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda told: self.complaints.append(told.text))

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def sign_in(self, name: str = CLERK) -> None:
        self.page.goto(f"{self.address}/staff/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.click("button", "ログインする")

    def looks_well(self) -> None:
        """Hold the page against the rules of accessibility, at both widths."""
        for width in (1280, 320):
            self.page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(self.page)["violations"]
            assert found == [], [(one["id"], one["nodes"][0]["html"]) for one in found]
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"scrolls sideways: {self.page.url}"
        self.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture
def clerk(browser: Browser, process: Process) -> Iterator[Clerk]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    clerk = Clerk(context.new_page(), process.address)
    yield clerk
    context.close()
    assert clerk.complaints == []


@pytest.fixture
def citizen(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="ja-JP")
    yield context.new_page()
    context.close()


def is_answered_on_line(page: Page, address: str, text: str) -> bool:
    """Ask on a phone; tell whether the entry's answer comes, not a list to choose from."""
    page.goto(f"{address}/line/phone")
    expect(page.locator(".bubble")).to_have_count(1, timeout=20_000)
    page.fill("#text", text)
    page.press("#text", "Enter")
    expect(page.locator(".bubble")).to_have_count(2, timeout=20_000)
    card = page.locator(".bubble").last
    return ANSWER in card.inner_text() and card.get_by_role("button", name="解決した").count() == 1


def is_answered_on_web(page: Page, address: str, text: str) -> bool:
    """Ask by the plain form; tell whether the entry's answer comes."""
    page.goto(f"{address}/chat")
    page.fill("#text", text)
    page.get_by_role("button", name="質問する").click()
    return page.locator("article.kind-answered").filter(has_text=ANSWER).count() == 1


def test_a_need_that_nobody_could_answer_is_answered_in_new_words(
    clerk: Clerk, citizen: Page, process: Process
) -> None:
    assert not is_answered_on_line(citizen, process.address, ON_LINE)
    assert not is_answered_on_web(citizen, process.address, ON_WEB)

    clerk.sign_in()
    page = clerk.page
    cluster = page.locator(".cluster").filter(has_text=ON_LINE)
    _reload_until(page, lambda: cluster.get_by_text("ウェブサイト 1").count() == 1)
    expect(cluster).to_contain_text("2 件")
    expect(cluster).to_contain_text(ANSWER)
    assert cluster.count() == 1
    clerk.looks_well()

    clerk.click("button", "この聞き方を加える")
    expect(page.locator(".done")).to_contain_text("まだ公開していません")
    clerk.looks_well()
    clerk.click("link", "公開前の確認へ進む")
    clerk.looks_well()
    clerk.click("button", "公開前の確認をする")
    expect(page.get_by_role("heading", name="2. 確認の結果")).to_be_visible(timeout=240_000)
    for text in (ON_LINE, ON_WEB):
        expect(page.locator("table").first).to_contain_text(text)
    expect(page.locator("main")).not_to_contain_text("止めるべきこと（")
    clerk.looks_well()
    clerk.click("button", "市民に公開する")
    published = time.monotonic()
    expect(page.locator(".done")).to_contain_text("公開しました")
    assert clerk.clicks < MOST_CLICKS

    while not is_answered_on_web(citizen, process.address, NEXT):
        assert time.monotonic() - published < SWITCH_SECONDS
    assert is_answered_on_line(citizen, process.address, NEXT)


def test_every_page_of_the_console_is_accessible(clerk: Clerk) -> None:
    clerk.sign_in()
    page = clerk.page
    paths = (
        "/staff/?state=accepted",
        "/staff/entries",
        "/staff/entries/new",
        "/staff/entries/gomi-hi",
        "/staff/entries/gomi-hi/history",
        "/staff/texts",
        "/staff/texts/sentences/fire",
        "/staff/texts/offices/kita-kumin",
        "/staff/texts/notices",
        "/staff/publish",
        "/staff/look-up",
        "/staff/log",
    )
    for path in paths:
        answer = page.goto(f"{clerk.address}{path}")
        assert answer
        assert answer.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        clerk.looks_well()
    page.goto(f"{clerk.address}/staff/look-up")
    page.fill("#text", "粗大ごみの出し方を教えてください。")
    page.press("#text", "Enter")
    expect(page.get_by_role("button", name="違う")).to_be_visible()
    clerk.looks_well()


def test_signing_in_and_what_admins_look_after_are_accessible(clerk: Clerk) -> None:
    page = clerk.page
    page.goto(f"{clerk.address}/staff/sign-in")
    clerk.looks_well()
    page.fill("#name", ADMIN)
    page.fill("#password", "ちがう合い言葉です2026")
    page.get_by_role("button", name="ログインする").click()
    expect(page.locator("#problem")).to_be_visible()
    clerk.looks_well()
    clerk.complaints.clear()  # the browser tells of status 422
    clerk.sign_in(ADMIN)
    expect(page.get_by_role("heading", name="要対応")).to_be_visible()
    for path, heading in (("accounts", "職員"), ("log/check", "操作の記録の確認")):
        answer = page.goto(f"{clerk.address}/staff/{path}")
        assert answer
        assert answer.status == 200, path
        expect(page.get_by_role("heading", name=heading, level=1, exact=True)).to_be_visible()
        clerk.looks_well()


def test_what_is_being_written_survives_the_end_of_the_session(clerk: Clerk) -> None:
    clerk.sign_in()
    page = clerk.page
    page.goto(f"{clerk.address}/staff/entries/gomi-hi")
    page.fill("#question", "書きかけの質問です。")
    page.context.clear_cookies()
    clerk.complaints.clear()
    page.get_by_role("button", name="下書きに保存する").click()
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
    assert page.locator(".kept").get_by_text("書きかけの質問です。").count() == 1
    clerk.complaints.clear()  # the browser tells of status 401
    clerk.sign_in()
    page.goto(f"{clerk.address}/staff/entries/gomi-hi")
    expect(page.locator("#question")).to_have_value("書きかけの質問です。")
    expect(page.locator(".draft-restored")).to_be_visible()
    page.get_by_role("button", name="捨てて、保存済みの内容にする").click()
    expect(page.locator("#question")).not_to_have_value("書きかけの質問です。")


def test_problems_show_while_an_entry_is_being_written(clerk: Clerk) -> None:
    clerk.sign_in()
    page = clerk.page
    page.goto(f"{clerk.address}/staff/entries/gomi-hi")
    page.fill("#answer", "<b>だめ</b>な**回答**")
    expect(page.locator("#look .field-problem").first).to_contain_text("HTML", timeout=10_000)
    expect(page.locator("#look .line-screen")).to_contain_text("回答")


def test_a_question_is_tried_on_the_draft_in_the_page(clerk: Clerk) -> None:
    clerk.sign_in()
    page = clerk.page
    page.goto(f"{clerk.address}/staff/entries/gomi-hi")
    page.fill("#try", "ごみはいつ出すの")
    page.get_by_role("button", name="試す").click()
    expect(page.locator("#tried")).to_contain_text("への応答は", timeout=20_000)
    expect(page.locator("#tried")).to_contain_text("このFAQ")
    assert page.url.endswith("/staff/entries/gomi-hi")


def test_keys_work_only_when_they_are_switched_on(clerk: Clerk) -> None:
    clerk.sign_in()
    page = clerk.page
    page.goto(f"{clerk.address}/staff/look-up")
    page.fill("#text", "粗大ごみの出し方を教えてください。")
    page.press("#text", "Enter")
    page.locator("h1").click()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="違う")).to_be_visible()
    page.get_by_label("数字キー").check()
    page.locator("h1").click()
    page.keyboard.press("2")
    expect(page.get_by_role("status")).to_contain_text("要対応に入れました")


def _reload_until(page: Page, is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SWITCH_SECONDS
    while not is_there():
        assert time.monotonic() < deadline, page.inner_text("main")
        page.wait_for_timeout(500)
        page.reload()
