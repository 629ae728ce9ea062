"""A published FaqBook with its index: who, when, why; and the desk it is served from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.errors import NoRelease
from bot.understanding import Understanding
from faq.archive import unpack
from faq.book import FaqBook
from faq.index import FaqIndex
from faq.problem import IndexDamaged
from nlp.tokeniser import SudachiTokeniser


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
    ) -> None:
        self._releases = releases
        self._index_root = index_root
        self._tokeniser = tokeniser
        self._thresholds = thresholds

    def desk(self, release: Release | None = None) -> InquiryDesk:
        """Return the desk of a release (the current one when none is named).

        Raises NoRelease when nothing was published, IndexDamaged when it cannot be restored.
        """
        release = release or self._releases.current()
        book = FaqBook.from_json(self._releases.snapshot(release.digest))
        index = self._open_index(book)
        return self.desk_of(book, index, self.index_folder(book.digest), release.number)

    def desk_of(self, book: FaqBook, index: FaqIndex, folder: Path, number: int = 0) -> InquiryDesk:
        """Return a desk for a book that need not be published; `folder` holds its index."""
        return InquiryDesk(
            book,
            index,
            self._tokeniser,
            understanding=Understanding.load(folder),
            thresholds=self._thresholds,
            release=number,
        )

    def current_index_folder(self) -> Path | None:
        """Return where the current release's index is unpacked, if it is."""
        try:
            folder = self.index_folder(self._releases.current().digest)
        except NoRelease:
            return None
        return folder if folder.is_dir() else None

    def current_desk(self) -> InquiryDesk | None:
        """Return the current desk, or None when nothing was published yet."""
        try:
            return self.desk()
        except NoRelease:
            return None

    def index_folder(self, digest: str) -> Path:
        """Return where the index of a book is, or would be, unpacked."""
        return self._index_root / digest

    def _open_index(self, book: FaqBook) -> FaqIndex:
        folder = self.index_folder(book.digest)
        try:
            return FaqIndex.load(folder, book.digest)
        except IndexDamaged:
            unpack(self._releases.index_archive(book.digest), folder)
            return FaqIndex.load(folder, book.digest)
