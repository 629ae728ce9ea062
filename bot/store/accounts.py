"""Rows of staff accounts and of the sessions of those who are signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from bot.accounts import Account, StaffSession
from bot.store.database import upsert
from bot.store.schema import STAFF_ACCOUNTS, STAFF_SESSIONS


class SqlAccounts:
    """Accounts and sessions in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def account(self, name: str) -> Account | None:
        """Return an account."""
        query = select(STAFF_ACCOUNTS).where(STAFF_ACCOUNTS.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return _account(row) if row else None

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, by name."""
        query = select(STAFF_ACCOUNTS).order_by(STAFF_ACCOUNTS.c.name)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(query)]

    def put_account(self, account: Account) -> None:
        """Keep an account, in place of the one of the same name."""
        values = {name: getattr(account, name) for name in STAFF_ACCOUNTS.c.keys()}
        with self._engine.begin() as connection:
            kept = upsert(connection, STAFF_ACCOUNTS).values(values)
            connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_=values))

    def count_failure(self, name: str) -> int:
        """Count one more wrong password; return how many there were in a row."""
        of_it = STAFF_ACCOUNTS.c.name == name
        counted = update(STAFF_ACCOUNTS).where(of_it).values(failures=STAFF_ACCOUNTS.c.failures + 1)
        with self._engine.begin() as connection:
            connection.execute(counted)
            query = select(STAFF_ACCOUNTS.c.failures).where(of_it)
            return connection.execute(query).scalar() or 0

    def lock(self, name: str, until: datetime | None) -> None:
        """Refuse an account until a time (None: no longer) and count from nought again."""
        changed = update(STAFF_ACCOUNTS).where(STAFF_ACCOUNTS.c.name == name)
        with self._engine.begin() as connection:
            connection.execute(changed.values(locked_until=until, failures=0))

    def begin(self, session: StaffSession) -> None:
        """Keep a session."""
        values = {name: getattr(session, name) for name in STAFF_SESSIONS.c.keys()}
        with self._engine.begin() as connection:
            connection.execute(insert(STAFF_SESSIONS).values(values))

    def session(self, token_hash: str) -> StaffSession | None:
        """Return a session."""
        query = select(STAFF_SESSIONS).where(STAFF_SESSIONS.c.token_hash == token_hash)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return StaffSession(**row._mapping) if row else None

    def seen(self, token_hash: str, at: datetime) -> None:
        """Note that a session is in use."""
        of_it = STAFF_SESSIONS.c.token_hash == token_hash
        with self._engine.begin() as connection:
            connection.execute(update(STAFF_SESSIONS).where(of_it).values(seen_at=at))

    def end(self, token_hash: str) -> None:
        """Forget a session."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.token_hash == token_hash)
            )

    def end_all(self, name: str) -> None:
        """Forget all sessions of an account."""
        with self._engine.begin() as connection:
            connection.execute(delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.name == name))


def _account(row: Row[Any]) -> Account:
    return Account(**row._mapping)
