"""A city of the schema before is brought up to date, loses nothing, and is answered."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, create_engine, insert, inspect, select, text

from bot.audit import AuditEvent, first_broken
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.inbox import Cluster, Note
from bot.inquiry import Feedback
from bot.question import Question
from bot.store import schema
from bot.store.audit import SqlAudit
from bot.store.clusters import SqlClusters
from bot.store.conversations import SqlConversations
from bot.store.database import HEAD, migrate
from bot.store.deliveries import SqlDeliveries
from bot.store.drafts import SqlDrafts
from bot.store.inquiries import SqlInquiries
from bot.store.releases import SqlReleases
from channels.backend import Backend, open_backend
from channels.settings import Settings
from faq.book import FaqBook
from nlp.personal_data import mask
from tests.conftest import NOON, ROOT, SMALL_CITY
from tests.inquiries import inquiry
from tests.postgres import Postgres

BEFORE = "0005"
NEW = {"spending"}
QUESTIONS = ("粗大ごみを捨てたい", "引っ越してきた 何をする", "明日の天気は？", "住民票ほしい")

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def published(published_state: Path, tmp_path: Path) -> Iterator[Backend]:
    """The small city as it is today, published."""
    state = shutil.copytree(published_state, tmp_path / "today")
    opened = open_backend(Settings(state_folder=state, faq_folder=SMALL_CITY), lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path, published: Backend) -> Settings:
    """A city whose database has the schema before, with rows in all its tables."""
    state = tmp_path / "var"
    state.mkdir()
    url = None
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.empty()
    settings = Settings(state_folder=state, faq_folder=SMALL_CITY, database_url=url)
    engine = create_engine(settings.database)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "store" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    fill(engine, published)
    engine.dispose()
    return settings


def fill(engine: Engine, published: Backend) -> None:
    digest = published.releases.current().digest
    book = FaqBook.from_json(published.releases.snapshot(digest))
    packed = published.releases.index_archive(digest)
    SqlReleases(engine).add(book, packed, NOON, "最初の公開", "山田")
    SqlDrafts(engine).add(book, packed, b"report", NOON, "山田")
    asked = inquiry(1)
    SqlInquiries(engine).add([asked])
    SqlInquiries(engine).give_feedback(Feedback(asked.id, False, mask("ちがう"), NOON))
    SqlClusters(engine).sort_in([Cluster("c", asked.text, NOON)], {asked.id: "c"})
    SqlClusters(engine).add_note("c", Note(NOON, "山田", "メモ"))
    SqlDeliveries(engine).add([Delivery("e", "text", "t", NOON, NOON, asked.id, asked.text)])
    SqlConversations(engine).keep("k", Conversation("a"), NOON)
    SqlAudit(engine).add(AuditEvent(NOON, "山田", "published", "release 1", {"told": "公開"}))
    notice = {"id": "n", "level": "info", "text": "休み", "starts_at": NOON, "easy": ""}
    account = {"name": "山田", "role": "admin", "password_hash": "x", "section": ""}
    session = {"token_hash": "x", "name": "山田", "started_at": NOON, "seen_at": NOON}
    with engine.begin() as connection:
        connection.execute(insert(schema.NOTICES).values(**notice, translations={}))
        closed = {"channel": "line", "sentence": "休み", "closed_at": NOON}
        connection.execute(insert(schema.CLOSED_CHANNELS).values(**closed))
        state = {"is_active": True, "failures": 0, "created_at": NOON}
        connection.execute(insert(schema.STAFF_ACCOUNTS).values(**account, **state))
        connection.execute(insert(schema.STAFF_SESSIONS).values(**session))


def rows(url: str, tables: MetaData | None = None) -> tuple[Rows, MetaData]:
    """Return all rows by table, of the tables and columns there are, or of those that were."""
    engine = create_engine(url)
    if tables is None:
        tables = MetaData()
        tables.reflect(engine)
        tables.remove(tables.tables["alembic_version"])
    with engine.connect() as connection:
        found = {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in tables.sorted_tables
        }
    engine.dispose()
    return found, tables


def test_the_schema_before_is_the_one_before() -> None:
    versions = sorted(path.name[:4] for path in (ROOT / "bot/store/migrations/versions").glob("0*"))
    assert versions[-2:] == [BEFORE, HEAD]


def test_nothing_is_lost_by_an_upgrade_and_the_service_answers(
    old: Settings, published: Backend
) -> None:
    before, tables = rows(old.database)
    assert [name for name, kept in before.items() if not kept] == []
    if old.database_file is None:
        assert migrate(old.database, NOON) == (BEFORE, HEAD)
    opened = open_backend(old, lambda: NOON)  # SQLite is brought up to date by this
    assert rows(old.database, tables)[0] == before
    asked = [Question.from_text(one, "web", NOON) for one in QUESTIONS]
    said = [opened.shelf.desk().consider(one) for one in asked]
    assert said == [published.shelf.desk().consider(one) for one in asked]
    assert opened.releases.repeat(1, NOON, "もう一度", "山田").number == 2
    opened.audit.add(AuditEvent(NOON, "山田", "rolled_back", "release 2"))
    assert first_broken(opened.audit.each()) is None
    if opened.spending:
        assert opened.spending.exchange("one", {"k": 1}, NOON) == []
        assert opened.spending.exchange("two", {}, NOON) == [("one", "k", 1)]
    opened.close()


def test_what_is_up_to_date_is_left_as_it_is(old: Settings) -> None:
    assert migrate(old.database, NOON) == (BEFORE, HEAD)
    once, _ = rows(old.database)
    assert migrate(old.database, NOON) == (HEAD, HEAD)
    assert rows(old.database)[0] == once
    copies = list(old.state_folder.glob("toiawase.db.before-*"))
    assert len(copies) == (0 if old.database_file is None else 1)
    for copy in copies:
        kept = {name: content for name, content in once.items() if name not in NEW}
        assert rows(f"sqlite:///{copy}")[0] == kept
        engine = create_engine(f"sqlite:///{copy}")
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        assert found == BEFORE
        assert NEW.isdisjoint(inspect(engine).get_table_names())
        engine.dispose()
