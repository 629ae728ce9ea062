"""Drafts that were made ready to publish: exactly what was looked at is what goes public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from bot.release import Release
from faq.book import FaqBook

DraftState = Literal["ready", "requested", "published", "dropped"]

DRAFT_LABELS: Final[Mapping[DraftState, str]] = {
    "ready": "確認済み",
    "requested": "承認を待っている",
    "published": "公開した",
    "dropped": "取り下げた",
}


@dataclass(frozen=True, slots=True)
class ReadyDraft:
    """A folder as it was when its impact was worked out, with the report on that.

    `requested_by` asked for a second person's approval, where the city wants two.
    """

    number: int
    digest: str
    prepared_at: datetime
    prepared_by: str
    report: bytes
    state: DraftState = "ready"
    reason: str = ""
    requested_by: str | None = None
    requested_at: datetime | None = None


class DraftStore(Protocol):
    """Keeps drafts with their books and indexes until they are published or dropped."""

    def add(
        self, book: FaqBook, index_archive: bytes, report: bytes, at: datetime, by: str
    ) -> ReadyDraft:
        """Keep a draft; those before it that were not published are dropped."""
        ...

    def draft(self, number: int) -> ReadyDraft:
        """Return a draft; raises UnknownDraft."""
        ...

    def latest(self) -> ReadyDraft | None:
        """Return the draft that waits to be published, if one does."""
        ...

    def request(self, number: int, at: datetime, by: str, reason: str) -> None:
        """Note that a draft waits for somebody else's approval; raises UnknownDraft."""
        ...

    def drop(self, number: int) -> None:
        """Give a draft up."""
        ...

    def publish(self, number: int, at: datetime, by: str, reason: str) -> Release:
        """Make a waiting draft the release that citizens see, once; raises UnknownDraft."""
        ...
