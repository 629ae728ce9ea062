"""The desk that serves now: follows the latest release by swapping one reference."""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.desk import InquiryDesk
from bot.errors import NoRelease
from bot.release import ReleaseShelf, ReleaseStore
from faq.problem import FaqError

_LOG = logging.getLogger(__name__)

_PAUSE: Final = 0.05
"""Seconds between two pieces of loading: most questions are answered in that time."""


class LiveDesk:
    """Holds the current desk; a release that cannot be loaded leaves the old one serving."""

    def __init__(self, shelf: ReleaseShelf, releases: ReleaseStore) -> None:
        self._shelf = shelf
        self._releases = releases
        self._desk: InquiryDesk | None = None
        self._refused = 0

    @property
    def desk(self) -> InquiryDesk:
        """The desk to ask; raises NoRelease before the first one is loaded."""
        if self._desk is None:
            raise NoRelease("no release is loaded")
        return self._desk

    @property
    def is_ready(self) -> bool:
        """Whether questions can be answered."""
        return self._desk is not None

    def load_rest(self) -> None:
        """Load what few questions need, and the first of them would have to wait for."""
        self._shelf.load_rest()

    def refresh(self) -> bool:
        """Load the latest release if it is not the one that serves; True when it changed.

        Slow (it reads the whole book): call it in a thread.
        """
        number = self._releases.current_number()
        serving = self._desk.release if self._desk else 0
        if number in (serving, self._refused):
            return False
        try:
            with _never_searched_for_garbage(is_anybody_waiting=serving > 0):
                self._desk = self._loaded(number)
        except FaqError:
            self._refused = number
            _LOG.exception("release %s could not be loaded; release %s goes on", number, serving)
            return False
        _LOG.info("release %s is serving", number)
        return True

    def _loaded(self, number: int) -> InquiryDesk:
        # A question that waits for the interpreter waits for one piece of this at most.
        pause = (lambda: time.sleep(_PAUSE)) if self._desk else (lambda: None)
        release = self._releases.get(number)
        desk = self._shelf.desk(release, pause)
        self._shelf.spare_memory()
        desk.warm_up(release.published_at, pause)
        return desk


@contextmanager
def _never_searched_for_garbage(*, is_anybody_waiting: bool) -> Iterator[None]:
    """Keep the garbage collector from looking through what is loaded, now and later.

    It is hundreds of thousands of objects, none of which is in a cycle: they go when their desk
    does. Looking through them costs a third of a second at the start, and stops all answers for up
    to 80 ms when a release is loaded beside the one that serves.
    """
    gc.collect(1 if is_anybody_waiting else 2)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
