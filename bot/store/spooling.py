"""Records stored in the database, or in the spool while it is away: exactly once either way."""

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    TimeoutError,
)

from bot.errors import SpoolFull, StoreUnusable, UnknownInquiry
from bot.inquiry import Feedback, Inquiry
from bot.store.spool import Spool

_LOG = logging.getLogger(__name__)

_ENCODER: Final = msgspec.json.Encoder()
_INQUIRY: Final = msgspec.json.Decoder(Inquiry)
_FEEDBACK: Final = msgspec.json.Decoder(Feedback)
_OF_FEEDBACK: Final = b"feedback "
"""Stands before what was said of a reply; an inquiry has nothing before it."""

Record = Inquiry | Feedback
Store = Callable[[Sequence[Inquiry]], None]
KeepFeedback = Callable[[Feedback], bool]


class SpoolingStore:
    """Stores inquiries; goes on without the database, and makes up for it when it is back.

    Ids are made before, and what is there already is not stored again: rows that came into the
    database just before it went away are there once in the end.
    """

    def __init__(self, store: Store, keep_feedback: KeepFeedback, spool: Spool) -> None:
        self._store = store
        self._keep_feedback = keep_feedback
        self._spool = spool
        self._is_away = False

    @property
    def depth(self) -> int:
        """How many records wait in the spool."""
        return self._spool.depth

    @property
    def is_degraded(self) -> bool:
        """Whether the database, or the disk beside it, failed at the last try or waits for rows."""
        return self._is_away or self.depth > 0

    def add(self, inquiries: Sequence[Inquiry]) -> None:
        """Keep inquiries durably, here or there; raises StoreUnusable when neither takes them."""
        if not self._is_away and self._stored(inquiries):
            return
        try:
            self._spool.append([_ENCODER.encode(one) for one in inquiries])
        except SpoolFull:
            raise
        except StoreUnusable:
            # The disk is full, but the database may be elsewhere, and back.
            if not self._stored(inquiries):
                raise

    def give_feedback(self, feedback: Feedback) -> bool:
        """Keep what was said of a reply; True when it is known to be the first word.

        While anything waits in the spool, the inquiry may be there, too: whether it exists is
        found out later. Raises UnknownInquiry, or StoreUnusable when nothing takes it.
        """
        if not self.is_degraded:
            try:
                return self._keep_feedback(feedback)
            except Exception as error:
                self._note(error)
        self._spool.append([_OF_FEEDBACK + _ENCODER.encode(feedback)])
        return False

    def drain(self) -> None:
        """Store what waits, if the database is there; slow: call it in a thread now and then.

        While the disk has no room for the reserve, the database counts as away: on SQLite it would
        be said to be back with every look, and fail with the next question.
        """
        try:
            for rows in self._spool.batches():
                self._store_rows(rows)
        except Exception as error:
            self._note(error)
            return
        if not self._spool.keep_reserve():
            return
        if self._is_away:
            _LOG.info("the database is back")
        self._is_away = False

    def close(self) -> None:
        """Leave what waits to the next process."""
        self._spool.close()

    def _stored(self, inquiries: Sequence[Inquiry]) -> bool:
        try:
            self._store(inquiries)
        except Exception as error:
            self._note(error)
            return False
        return True

    def _note(self, error: Exception) -> None:
        """Remember that the database is away; raises the error again if it is not."""
        if not is_away(error):
            raise error
        if not self._is_away:
            _LOG.warning("the database is away (%s): spooling", type(error).__name__)
        self._is_away = True

    def _store_rows(self, rows: Sequence[bytes]) -> None:
        records = [_record_of(row) for row in rows]
        self._store_each([one for one in records if isinstance(one, Inquiry)])
        for one in records:
            if isinstance(one, Feedback):
                self._keep_late(one)
        unread = [row for row, one in zip(rows, records, strict=True) if one is None]
        if unread:
            _LOG.error("%d records of the spool cannot be read: set aside", len(unread))
            self._spool.set_aside(unread)

    def _store_each(self, inquiries: Sequence[Inquiry]) -> None:
        if not inquiries:
            return
        try:
            self._store(inquiries)
        except Exception as error:
            if is_away(error):
                raise
            if len(inquiries) == 1:
                # Only the kind of the error: the database repeats the row in its message.
                name = type(error).__name__
                _LOG.error("inquiry %s cannot be stored: %s", inquiries[0].id, name)
                return
            for one in inquiries:
                self._store_each([one])

    def _keep_late(self, feedback: Feedback) -> None:
        try:
            self._keep_feedback(feedback)
        except UnknownInquiry:
            _LOG.warning("feedback of an unknown inquiry is dropped")
        except Exception as error:
            if is_away(error):
                raise
            _LOG.error("feedback of %s not kept: %s", feedback.inquiry_id, type(error).__name__)


def is_away(error: Exception) -> bool:
    """Tell whether it is the database that failed, and not a row."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    # SQLite says no more than DatabaseError of a file that is damaged, or none of its own.
    if type(error) is DatabaseError:
        return True
    return isinstance(error, OperationalError | InterfaceError | InternalError | TimeoutError)


def _record_of(row: bytes) -> Record | None:
    try:
        if row.startswith(_OF_FEEDBACK):
            return _FEEDBACK.decode(row.removeprefix(_OF_FEEDBACK))
        return _INQUIRY.decode(row)
    except msgspec.MsgspecError:
        # One row that another version wrote must not keep all others from the database.
        return None
