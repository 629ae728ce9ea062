"""The draft as a desk, to try questions on before anybody else sees it."""

import threading
from contextlib import suppress

from bot.desk import InquiryDesk
from bot.draft_folder import DraftFolder
from bot.release import ReleaseShelf
from faq.book import FaqBook
from faq.index import FaqIndex
from faq.problem import IndexDamaged


class DraftDesk:
    """Gives the desk of the folder as it is now, once its index was built."""

    def __init__(self, folder: DraftFolder, shelf: ReleaseShelf) -> None:
        self._folder = folder
        self._shelf = shelf
        self._lock = threading.Lock()
        self._desk: InquiryDesk | None = None

    def ready(self) -> InquiryDesk | None:
        """Return the desk of the draft, None while its index is missing; slow the first time."""
        report = self._folder.report()
        if report.problems:
            return None
        with self._lock:
            book = report.folder.book
            if self._desk and self._desk.book.digest == book.digest:
                return self._desk
            self._desk = self._open(book)
            return self._desk

    def _open(self, book: FaqBook) -> InquiryDesk | None:
        folder = self._shelf.index_folder(book)
        with suppress(IndexDamaged):
            FaqIndex.load(folder, book.index_digest)
            return self._shelf.desk_of(book)
        return None
