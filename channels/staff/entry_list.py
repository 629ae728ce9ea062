"""The list of entries of the draft, narrowed and marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from bot.draft_folder import DIFFERENCE_LABELS, Difference, differences
from channels.staff.pages import section_names
from faq.book import FaqBook
from faq.due import DUE_LABELS, due_of
from faq.entry import FaqEntry

PAGE: Final = 50

SHOWS: Final[Mapping[str, str]] = {
    "": "すべて",
    "changed": "公開していない変更",
    "due": "見直しが必要",
    "staff": "職員だけのもの",
}


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to list; what is empty does not narrow it."""

    words: str = ""
    topic: str = ""
    owner: str = ""
    show: str = ""

    def query(self, first: int) -> str:
        """Return the address of the list from an entry on."""
        values = {"words": self.words, "topic": self.topic, "owner": self.owner, "show": self.show}
        return f"/staff/entries?{urlencode({**values, 'first': first})}"


def entry_list(
    draft: FaqBook, published: FaqBook, wanted: EntryFilter, first: int, today: date
) -> Mapping[str, Any]:
    """Return the values of the page."""
    differ = differences(published, draft)
    due: dict[str, list[str]] = {}
    for one in due_of(draft, today):
        due.setdefault(one.entry_id, []).append(DUE_LABELS[one.reason])
    found = [entry for entry in draft.entries if _is_wanted(entry, wanted, differ, due)]
    shown = found[first : first + PAGE]
    return {
        "entries": shown,
        "found": len(found),
        "total": len(draft.entries),
        "tags": {entry.id: _tags(entry, differ, due) for entry in shown},
        "topics": sorted({entry.topic for entry in draft.entries if entry.topic}),
        "offices": section_names(draft),
        "shows": SHOWS,
        "first": first,
        "limit": PAGE,
        "link": wanted.query,
    }


def _is_wanted(
    entry: FaqEntry,
    wanted: EntryFilter,
    differ: Mapping[str, Difference],
    due: Mapping[str, object],
) -> bool:
    texts = (entry.id, entry.question, entry.answer, *entry.phrasings)
    by_show = {
        "": True,
        "changed": entry.id in differ,
        "due": entry.id in due,
        "staff": entry.audience == "staff",
    }
    return (
        wanted.topic in ("", entry.topic)
        and wanted.owner in ("", entry.owner)
        and by_show.get(wanted.show, True)
        and all(any(word in text for text in texts) for word in wanted.words.split())
    )


def _tags(
    entry: FaqEntry, differ: Mapping[str, Difference], due: Mapping[str, list[str]]
) -> list[str]:
    tags = [f"{DIFFERENCE_LABELS[differ[entry.id]]}（未公開）"] if entry.id in differ else []
    tags += ["職員用"] if entry.audience == "staff" else []
    return tags + due.get(entry.id, [])
