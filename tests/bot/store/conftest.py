"""The same tests on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.database import open_database
from tests.conftest import NOON
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'x' / 'toiawase.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.migrated()


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    opened = open_database(database, NOON)
    yield opened
    opened.dispose()
