"""Work that one process does at a time, of all that share the database."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from bot.store.database import is_postgresql


class Turns:
    """Lets one process at a time do a work; the others skip it and look again later."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def only_one(self, work: str) -> Iterator[bool]:
        """Yield whether it is this process's turn, which lasts as long as the block."""
        if not is_postgresql(self._engine):
            yield True  # SQLite is served from one process
            return
        key = zlib.crc32(work.encode())
        with self._engine.begin() as connection:
            # Held by the transaction: it ends with the connection, however the process ends.
            taken = connection.execute(text(f"SELECT pg_try_advisory_xact_lock({key})"))
            yield bool(taken.scalar())
