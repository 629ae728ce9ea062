"""Inquiries stored in the database, or in the spool while it is away: exactly once either way."""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from bot.inquiry import Inquiry
from bot.store.spool import Spool

_LOG = logging.getLogger(__name__)

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Inquiry)

Store = Callable[[Sequence[Inquiry]], None]


class SpoolingStore:
    """Stores inquiries; goes on without the database, and makes up for it when it is back.

    Ids are made before, and what is there already is not stored again: rows that came into the
    database just before it went away are there once in the end.
    """

    def __init__(self, store: Store, spool: Spool) -> None:
        self._store = store
        self._spool = spool
        self._is_away = False

    @property
    def depth(self) -> int:
        """How many inquiries wait in the spool."""
        return self._spool.depth

    @property
    def is_degraded(self) -> bool:
        """Whether the database was away at the last try, or has not got everything yet."""
        return self._is_away or self.depth > 0

    def add(self, inquiries: Sequence[Inquiry]) -> None:
        """Keep inquiries durably, here or there; raises StoreUnusable when neither takes them."""
        if not self._is_away:
            try:
                self._store(inquiries)
                return
            except Exception as error:
                if not is_away(error):
                    raise
                _LOG.warning("the database is away (%s): spooling", type(error).__name__)
                self._is_away = True
        self._spool.append([_ENCODER.encode(one) for one in inquiries])

    def drain(self) -> None:
        """Store what waits, if the database is there; slow: call it in a thread now and then."""
        if not self.is_degraded:
            return
        try:
            for rows in self._spool.batches():
                self._store_each([_DECODER.decode(row) for row in rows])
        except Exception as error:
            if not is_away(error):
                raise
            return
        if self._is_away:
            _LOG.info("the database is back")
        self._is_away = False

    def close(self) -> None:
        """Leave what waits to the next process."""
        self._spool.close()

    def _store_each(self, inquiries: Sequence[Inquiry]) -> None:
        try:
            self._store(inquiries)
        except Exception as error:
            if is_away(error):
                raise
            if len(inquiries) == 1:
                _LOG.exception("inquiry %s cannot be stored", inquiries[0].id)
                return
            for one in inquiries:
                self._store_each([one])


def is_away(error: Exception) -> bool:
    """Tell whether it is the database that failed, and not a row."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | TimeoutError)
