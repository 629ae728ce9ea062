"""Entries read before, by the very text they were written in: only edited ones are parsed again."""

import re
from typing import Final

import msgspec

from faq.entry import FaqEntry

# In a list that begins at the left edge, nothing but an item can begin there with a hyphen.
_ITEM: Final = re.compile(r"^- ", re.MULTILINE)
# Marks of several documents: such a file is read as a whole.
_WHOLE: Final = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
_DECODER: Final = msgspec.msgpack.Decoder(dict[str, FaqEntry])


class KnownEntries:
    """Faultless entries by their text; only those used are kept on."""

    def __init__(self, known: dict[str, FaqEntry] | None = None) -> None:
        self._known = known or {}
        self._used: dict[str, FaqEntry] = {}

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> "KnownEntries":
        """Return what `to_bytes` gave; nothing is known when there is nothing to read."""
        try:
            return cls(_DECODER.decode(kept)) if kept else cls()
        except msgspec.MsgspecError:
            return cls()

    def to_bytes(self) -> bytes:
        """Return what was used, to be kept for the next time."""
        return msgspec.msgpack.encode(self._used)

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return self._used.keys() != self._known.keys()

    def get(self, text: str) -> FaqEntry | None:
        """Return the entry written so, if it is known."""
        entry = self._known.get(text)
        if entry:
            self._used[text] = entry
        return entry

    def keep(self, text: str, entry: FaqEntry) -> None:
        """Add an entry that was read without a fault."""
        self._used[text] = entry


def items_of(text: str) -> list[str] | None:
    """Return the text of each item of a YAML list, or None when only the whole can be read.

    Each item must then be parsed alone, and be one item: that proves that the cut was right. (One
    that uses a name given in another item cannot be parsed alone.)
    """
    starts = [found.start() for found in _ITEM.finditer(text)]
    if not starts or _WHOLE.search(text):
        return None
    before = (line.strip() for line in text[: starts[0]].splitlines())
    if any(line and not line.startswith("#") for line in before):
        return None
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
