"""A published FaqBook with its index: who, when, why; and the desk it is served from."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from bot.building_process import build_index_apart
from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.errors import NoRelease
from bot.open_desk import open_desk
from bot.understanding import load_ahead
from faq.archive import unpack
from faq.book import FaqBook
from faq.problem import IndexDamaged
from nlp.encoder import MeaningUnavailable, SentenceEncoder
from nlp.language import load_detector
from nlp.text_cache import Remembered
from nlp.tokeniser import SudachiTokeniser

_LOG = logging.getLogger(__name__)

_TABLE: Final = "encoder.table"


@dataclass(frozen=True, slots=True)
class Release:
    """One act of publishing; the latest one is what citizens see."""

    number: int
    digest: str
    published_at: datetime
    reason: str
    published_by: str


class ReleaseStore(Protocol):
    """Keeps releases and the snapshots they show."""

    def current(self) -> Release:
        """Return the latest release; raises NoRelease."""
        ...

    def current_number(self) -> int:
        """Return the number of the latest release, 0 when there is none."""
        ...

    def listed(self) -> Sequence[Release]:
        """Return all releases, latest first."""
        ...

    def get(self, number: int) -> Release:
        """Return a release; raises UnknownRelease."""
        ...

    def snapshot(self, digest: str) -> bytes:
        """Return the book of a digest as JSON."""
        ...

    def index_archive(self, digest: str) -> bytes:
        """Return the packed index of a digest."""
        ...

    def add(
        self, book: FaqBook, index_archive: bytes, at: datetime, reason: str, by: str
    ) -> Release:
        """Publish a book with its index."""
        ...

    def repeat(self, number: int, at: datetime, reason: str, by: str) -> Release:
        """Publish the book of an earlier release again; raises UnknownRelease."""
        ...


class ReleaseShelf:
    """Turns the store's releases into desks, keeping each index unpacked on disk once."""

    def __init__(
        self,
        releases: ReleaseStore,
        index_root: Path,
        tokeniser: SudachiTokeniser,
        thresholds: Thresholds,
        *,
        with_meaning: bool = True,
    ) -> None:
        self._releases = releases
        self._with_meaning = with_meaning
        self._index_root = index_root
        self._tokeniser = tokeniser
        self._thresholds = thresholds

    @property
    def index_root(self) -> Path:
        """Where the indexes are, one folder for each book, and beside them what saves time."""
        return self._index_root

    @property
    def thresholds(self) -> Thresholds:
        """Where the city cuts."""
        return self._thresholds

    @property
    def tokeniser(self) -> SudachiTokeniser:
        """What reads the words of a text."""
        return self._tokeniser

    def desk(
        self, release: Release | None = None, pause: Callable[[], None] = lambda: None
    ) -> InquiryDesk:
        """Return the desk of a release (the current one when none is named).

        Calls `pause` between the pieces of the work. Raises NoRelease when nothing was published,
        IndexDamaged when it cannot be restored.
        """
        release = release or self._releases.current()
        book = self.book(release)
        pause()
        return self.desk_of(book, number=release.number, pause=pause)

    def book(self, release: Release) -> FaqBook:
        """Return what a release shows; raises IndexDamaged when its snapshot cannot be read."""
        return FaqBook.from_json(self._releases.snapshot(release.digest))

    def desk_of(
        self,
        book: FaqBook,
        number: int = 0,
        known: Remembered[bytes] | None = None,
        tokeniser: SudachiTokeniser | None = None,
        pause: Callable[[], None] = lambda: None,
    ) -> InquiryDesk:
        """Return a desk for a book with an index, which need not be published.

        The index is opened as unpacked here, else from the store, else built anew. `known` are the
        vectors of questions that are asked again and again; another `tokeniser` than the shelf's
        may know many texts.
        """
        folder = self.index_folder(book)

        def opened() -> InquiryDesk:
            return open_desk(
                book,
                folder,
                tokeniser or self._tokeniser,
                self._thresholds,
                number=number,
                known=known,
                pause=pause,
            )

        with suppress(IndexDamaged):
            return opened()
        try:
            self._unpack(book)
            return opened()
        except IndexDamaged as error:
            _LOG.warning("building the index of %s anew: %s", book.digest[:12], error)
        build_index_apart(book, folder, with_meaning=self._with_meaning)
        return opened()

    def load_ahead(self) -> None:
        """Load what the first desk of this process would have to wait for."""
        load_ahead(self._tokeniser)

    def spare_memory(self) -> None:
        """Keep what a serving process seldom looks at on the disk, if it has room for it."""
        try:
            SentenceEncoder.load().keep_table_in(self._index_root / _TABLE)
        except MeaningUnavailable:
            return
        except OSError as error:
            _LOG.warning("the encoder's table stays in memory: %s", error)

    def load_rest(self) -> None:
        """Load what few questions need: what tells languages apart, on the disk if it can be."""
        load_detector(self._index_root)

    def current(self) -> Release | None:
        """Return the current release, or None when nothing was published yet."""
        try:
            return self._releases.current()
        except NoRelease:
            return None

    def index_folder(self, book: FaqBook) -> Path:
        """Return where the index of a book is, or would be; it may share it with other books."""
        return self._index_root / book.index_digest

    def fetch_index(self, book: FaqBook) -> Path:
        """Return the index folder of a published book, from the store if it is not here yet."""
        folder = self.index_folder(book)
        if not folder.is_dir():
            with suppress(IndexDamaged):
                self._unpack(book)
        return folder

    def _unpack(self, book: FaqBook) -> None:
        unpack(self._releases.index_archive(book.digest), self.index_folder(book))
