"""What staff should look at before citizens are told something old."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from faq.book import FaqBook
from faq.entry import EASY, FaqEntry

DueReason = Literal["expired", "expires_soon", "unreviewed", "stale", "unmarked"]

DUE_LABELS: Final[dict[DueReason, str]] = {
    "expired": "期限が過ぎた",
    "expires_soon": "まもなく期限",
    "unreviewed": "長く見直していない",
    "stale": "訳が日本語より古い",
    "unmarked": "訳に目印がない",
}
_SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """An entry to look at: why, since or until when, and in which language."""

    entry_id: str
    owner: str
    reason: DueReason
    on: date | None = None
    language: str = "ja"


def due_of(book: FaqBook, today: date) -> tuple[Due, ...]:
    """Return what is to be looked at, by owner, the most pressing reason first."""
    found = [due for entry in book.entries for due in _of_entry(book, entry, today)]
    order = list(DUE_LABELS)
    return tuple(sorted(found, key=lambda one: (one.owner, order.index(one.reason), one.entry_id)))


def _of_entry(book: FaqBook, entry: FaqEntry, today: date) -> Iterator[Due]:
    if not entry.is_current(today):
        yield Due(entry.id, entry.owner, "expired", entry.expires_on)
    elif entry.expires_on and entry.expires_on - today <= _SOON:
        yield Due(entry.id, entry.owner, "expires_soon", entry.expires_on)
    if book.is_long_unreviewed(entry, today):
        yield Due(entry.id, entry.owner, "unreviewed", entry.reviewed_on)
    variants = {EASY: entry.easy, **entry.translations}
    for language, variant in variants.items():
        if variant and entry.is_stale(variant):
            yield Due(entry.id, entry.owner, "stale", None, language)
        elif variant and not variant.of:
            yield Due(entry.id, entry.owner, "unmarked", None, language)
