"""Rows of what addresses have spent of their budgets: keyed hashes and counts, for minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, select

from bot.store.database import upsert
from bot.store.schema import SPENDING

_ROWS: Final = SPENDING.c
_LOOKED_BACK: Final = timedelta(seconds=10)
"""Clocks of machines differ a little; what is read twice is counted once, being a total."""

Spent = tuple[str, str, int]
"""A process, the hash of an address, and how much it has spent there since it is known there."""


class SqlSpending:
    """What the processes tell each other of busy addresses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def exchange(self, process: str, spent: Mapping[str, int], at: datetime) -> list[Spent]:
        """Tell what was spent at one process; return what the others told lately."""
        rows = [
            {"key_hash": key_hash, "process": process, "spent": total, "told_at": at}
            for key_hash, total in spent.items()
        ]
        lately = select(_ROWS.process, _ROWS.key_hash, _ROWS.spent).where(
            _ROWS.told_at > at - _LOOKED_BACK, _ROWS.process != process
        )
        with self._engine.begin() as connection:
            if rows:
                told = upsert(connection, SPENDING)
                new = {"spent": told.excluded.spent, "told_at": told.excluded.told_at}
                keys = ["key_hash", "process"]
                connection.execute(told.on_conflict_do_update(index_elements=keys, set_=new), rows)
            return [(one, key_hash, total) for one, key_hash, total in connection.execute(lately)]

    def forget_before(self, at: datetime) -> int:
        """Forget what was told before a time; returns how many rows."""
        old = delete(SPENDING).where(_ROWS.told_at < at)
        with self._engine.begin() as connection:
            return connection.execute(old).rowcount
