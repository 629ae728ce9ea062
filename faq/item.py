"""Item tables: how each thing is thrown away, one line each."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from faq.entry import FaqEntry

_IN_BRACKETS: Final = re.compile(r"[(（][^)）]*[)）]")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a table with its category; `guide` is the FAQ entry that explains the table."""

    name: str
    category: str
    reading: str = ""
    aliases: tuple[str, ...] = ()
    note: str = ""
    table: str = ""
    guide: str = ""

    @property
    def id(self) -> str:
        """A name of its own beside the entries', the same as long as table and name are."""
        told = hashlib.sha256(f"{self.table}\0{self.name}\0{self.category}".encode())
        return f"item-{told.hexdigest()[:12]}"


def entry_of(item: Item, guide: FaqEntry | None) -> FaqEntry:
    """Return an item as an entry: its category and note are the answer, the rest is the guide's."""
    told = (f"**{item.category}**" if item.category else "", item.note)
    return FaqEntry(
        id=item.id,
        question=item.name,
        answer="\n\n".join(filter(None, told)),
        topic=guide.topic if guide else "",
        owner=guide.owner if guide else "",
        contact=guide.contact if guide else "",
        links=guide.links if guide else (),
        reviewed_on=guide.reviewed_on if guide else None,
    )


def without_brackets(name: str) -> str:
    """Return an item's name as people say it: ハンガー of ハンガー(針金)."""
    return _IN_BRACKETS.sub("", name).strip()
