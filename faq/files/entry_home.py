"""Where a new entry belongs, and what it may be called."""

import re
from pathlib import Path
from typing import Final

from faq.book import FaqBook
from faq.files.record_files import RecordFiles

_NEW_FILE: Final = "entries/new.yaml"
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")


def home_of(topic: str, book: FaqBook, files: RecordFiles) -> str:
    """Return the file where most entries of the same topic are."""
    ids = {one.id for one in book.entries if one.topic == topic}
    counts = {file: len(ids & files.ids_in(file)) for file in files.names("entry")}
    best = max(counts, key=lambda file: counts[file], default=_NEW_FILE)
    return best if counts.get(best) else _NEW_FILE


def free_id(file: str, book: FaqBook) -> str:
    """Return an id that no entry has yet, after the file where the entry goes."""
    stem = _NOT_IN_IDS.sub("-", Path(file).stem.lower()).strip("-") or "faq"
    number = 1
    while f"{stem}-{number}" in book.by_id:
        number += 1
    return f"{stem}-{number}"
