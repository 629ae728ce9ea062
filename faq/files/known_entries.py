"""What was read before, by the very text it was written in: only edits are parsed again."""

import hashlib
import re
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from faq.entry import FaqEntry

# In a list that begins at the left edge, nothing but an item can begin there with a hyphen.
_ITEM: Final = re.compile(r"^- ", re.MULTILINE)
# Marks of several documents: such a file is read as a whole.
_WHOLE: Final = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
V = TypeVar("V")


class _Kept(msgspec.Struct, array_like=True):
    entries: dict[str, FaqEntry] = {}
    files: dict[str, bytes] = {}

    @property
    def names(self) -> set[str]:
        return {*self.entries, *self.files}


class KnownEntries:
    """Faultless entries by their text, and what stands in other files; only what is used stays."""

    def __init__(self) -> None:
        self._known = _Kept()
        self._used = _Kept()

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> "KnownEntries":
        """Return what `to_bytes` gave; nothing is known when there is nothing to read."""
        known = cls()
        with suppress(msgspec.MsgspecError):
            known._known = msgspec.msgpack.decode(kept, type=_Kept) if kept else _Kept()
        return known

    def to_bytes(self) -> bytes:
        """Return what was used, to be kept for the next time."""
        return msgspec.msgpack.encode(self._used)

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return self._used.names != self._known.names

    def get(self, text: str) -> FaqEntry | None:
        """Return the entry written so, if it is known."""
        entry = self._known.entries.get(text)
        if entry:
            self._used.entries[text] = entry
        return entry

    def keep(self, text: str, entry: FaqEntry) -> None:
        """Add an entry that was read without a fault."""
        self._used.entries[text] = entry

    def of_file(self, name: str, text: str, kind: type[V]) -> V | None:
        """Return what was read from a file of that name and text, if it is known."""
        key = _key(name, text)
        kept = self._known.files.get(key)
        if kept is None:
            return None
        self._used.files[key] = kept
        return msgspec.msgpack.decode(kept, type=kind)

    def keep_file(self, name: str, text: str, read: object) -> None:
        """Add what was read from a file without a fault."""
        self._used.files[_key(name, text)] = msgspec.msgpack.encode(read)


def _key(name: str, text: str) -> str:
    return f"{name} {hashlib.sha256(text.encode()).hexdigest()}"


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
