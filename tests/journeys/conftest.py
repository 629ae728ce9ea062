"""The sample city on real HTTP, and a real browser to visit it with."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from bot.desk import InquiryDesk
from channels.backend import ensure_release, open_backend
from channels.settings import Settings
from tests.conftest import NOON, ROOT, SAMPLE_CITY, serving
from tests.running import run_command

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class City:
    """A city whose website is open: where citizens reach it, and where staff look."""

    address: str
    state: Path
    folder: Path

    def misses(self) -> list[dict[str, Any]]:
        """Return what `toiawase misses list` shows staff, latest first."""
        done = run_command("misses", "list", "--json", state=self.state, faq=self.folder)
        assert done.returncode == 0, done.stderr
        listed: list[dict[str, Any]] = json.loads(done.stdout)
        return listed


@dataclass
class Visit:
    """A page with what went wrong on it: requests to other hosts, errors on the console."""

    page: Page
    context: BrowserContext
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def sample_state(request: pytest.FixtureRequest) -> Path:
    """A state folder in which the sample city is published, for tests to copy.

    Publishing it takes most of a minute, so the folder is kept in pytest's cache for as long as
    neither the sample city nor anything that answers changes.
    """
    kept = request.config.cache.mkdir("sample-city")
    state = kept / _digest_of_what_answers()
    if not state.exists():
        for outdated in kept.iterdir():
            shutil.rmtree(outdated)
        building = Path(tempfile.mkdtemp(prefix="building-", dir=kept))
        settings = Settings(state_folder=building, faq_folder=SAMPLE_CITY)
        ensure_release(open_backend(settings, lambda: NOON))
        building.rename(state)
    return state


@pytest.fixture(scope="session")
def desk(sample_state: Path) -> InquiryDesk:
    """The desk of the sample city, without a channel before it."""
    settings = Settings(state_folder=sample_state, faq_folder=SAMPLE_CITY)
    return open_backend(settings, lambda: NOON).shelf.desk()


def _digest_of_what_answers() -> str:
    digest = hashlib.sha256()
    files = [path for name in ("nlp", "faq", "bot") for path in (ROOT / name).rglob("*")]
    for path in sorted([*files, ROOT / "requirements" / "serve.txt"]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


@pytest.fixture(scope="module")
def city(sample_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    state = Path(shutil.copytree(sample_state, tmp_path_factory.mktemp("city") / "var"))
    settings = Settings(state_folder=state, faq_folder=SAMPLE_CITY)
    # On the real clock: staff sees the latest miss first, and here the order is looked at.
    with serving(open_backend(settings)) as address:
        yield City(address, state, SAMPLE_CITY)


# One browser for each module, not for the session: while Playwright is open, its event loop is in
# the way of tests that run one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert executable, f"no Chromium: install one of {', '.join(_BROWSERS)} (make does)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, city: City) -> Iterator[Callable[..., Visit]]:
    """Open pages of the city; afterwards none may have asked elsewhere or broken the policy."""
    visits: list[Visit] = []

    def start(path: str, width: int = 1280, **settings: Any) -> Visit:
        context = browser.new_context(
            base_url=city.address, viewport={"width": width, "height": 900}, **settings
        )
        context.set_default_timeout(15_000)
        context.add_init_script(_NOTE_VIOLATIONS)
        page = context.new_page()
        visited = Visit(page, context)
        visits.append(visited)
        page.on("request", lambda request: _note_request(visited, request.url, city.address))
        page.on("console", lambda message: _note_message(visited, message.type, message.text))
        page.on("response", lambda response: _note_response(visited, response))
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        response = page.goto(path)
        assert response is not None
        assert response.ok, path
        return visited

    yield start
    for visited in visits:
        visited.context.close()
    assert [url for visited in visits for url in visited.elsewhere] == []
    assert [text for visited in visits for text in visited.complaints] == []


def _note_request(visited: Visit, url: str, address: str) -> None:
    if not url.startswith((f"{address}/", "data:")):
        visited.elsewhere.append(url)


def _note_response(visited: Visit, response: Response) -> None:
    # A page may say 404 or 422 on purpose; what it is made of must be there.
    if response.status >= 400 and not response.request.is_navigation_request():
        visited.complaints.append(f"{response.status} {response.url}")


def _note_message(visited: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
        visited.complaints.append(text)
