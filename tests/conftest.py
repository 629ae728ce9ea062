"""What many tests need: a small city, its desk, a state folder, and a server on real HTTP."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import settings as hypothesis_settings
from pytest_socket import socket_allow_hosts

from bot.desk import InquiryDesk
from bot.indexing import build_index
from bot.question import Channel, Question
from bot.understanding import Understanding
from channels.backend import Backend, ensure_release, open_backend
from channels.commands.serve import server_config
from channels.settings import Settings
from channels.staff.one_time import OneTimeCode
from faq.book import FaqBook
from faq.entry import Audience
from faq.files.folder import read_folder
from faq.index import FaqIndex
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser
from tests.in_thread import running_in_thread
from tests.moments import NOON
from tests.postgres import Postgres, running_postgres

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SMALL_CITY = TESTS / "small_city"
SAMPLE_CITY = ROOT / "faq" / "entries" / "shiomi"

SWITCH_SECONDS = 30
"""How long a test waits for a new release: 5 s are promised, a busy machine may need more."""

hypothesis_settings.register_profile("project", deadline=None, derandomize=True)
hypothesis_settings.load_profile("project")

# A developer's own settings must not change what the tests see.
for name in [name for name in os.environ if name.startswith("TOIAWASE_")]:
    del os.environ[name]
# Crowds of a test ask from one address; what limits them is tested by itself.
os.environ["TOIAWASE_RATE_LIMIT"] = "off"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Let tests reach this machine only; pytest-socket lifts it again after each test."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def tokeniser() -> SudachiTokeniser:
    return SudachiTokeniser()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL, started by the first test that needs it."""
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def small_book() -> FaqBook:
    return read_folder(SMALL_CITY, normalise).book


@pytest.fixture(scope="session")
def desk_of(
    tokeniser: SudachiTokeniser, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., InquiryDesk]:
    def make(book: FaqBook, *, with_meaning: bool = False) -> InquiryDesk:
        folder = tmp_path_factory.mktemp("index") / book.digest
        build_index(book, folder, with_meaning=with_meaning)
        index = FaqIndex.load(folder, book.index_digest)
        return InquiryDesk(book, index, tokeniser, understanding=Understanding.load(folder))

    return make


@pytest.fixture(scope="session")
def small_desk(small_book: FaqBook, desk_of: Callable[..., InquiryDesk]) -> InquiryDesk:
    return desk_of(small_book, with_meaning=True)


@pytest.fixture(scope="session")
def wordy_desk(small_book: FaqBook, desk_of: Callable[..., InquiryDesk]) -> InquiryDesk:
    """The same small city, published without meaning."""
    return desk_of(small_book)


@pytest.fixture(scope="session")
def asking() -> Callable[..., Question]:
    def make(text: str, channel: Channel = "web", at: datetime = NOON, **around: str) -> Question:
        return Question.from_text(text, channel, at, **around)

    return make


@pytest.fixture
def city_folder(tmp_path: Path) -> Path:
    """A copy of the small city that a test may change."""
    return Path(shutil.copytree(SMALL_CITY, tmp_path / "faq"))


@pytest.fixture(scope="session")
def published_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in which the small city is published, for tests to copy."""
    state = tmp_path_factory.mktemp("state") / "var"
    opened = open_backend(Settings(state_folder=state, faq_folder=SMALL_CITY), lambda: NOON)
    ensure_release(opened)
    return state


@pytest.fixture
def settings(tmp_path: Path, city_folder: Path, published_state: Path) -> Settings:
    state = shutil.copytree(published_state, tmp_path / "var")
    return Settings(state_folder=state, faq_folder=city_folder)


@pytest.fixture
def backend(settings: Settings) -> Backend:
    return open_backend(settings, lambda: NOON)


@contextmanager
def serving(
    backend: Backend, code: OneTimeCode | None = None, only: Audience | None = None
) -> Iterator[str]:
    """Serve the backend on a free port; yields the address."""
    config = server_config(backend, "127.0.0.1", 0, only, code)
    with running_in_thread(config) as address:
        yield address


@pytest.fixture
def site(backend: Backend) -> Iterator[httpx.Client]:
    """A client of the small city's website, over real HTTP."""
    with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client
