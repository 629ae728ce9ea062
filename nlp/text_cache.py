"""What was read out of texts before: an edit then costs the reading of what was edited."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

Readings = tuple[tuple[str, str, int], ...]
"""Of one text: reading, how it is written, how often."""


class Remembered(Generic[T]):
    """A function of a text, computed once a text; only texts that were asked for are kept on."""

    def __init__(self, known: dict[str, T] | None = None) -> None:
        self.known = known if known is not None else {}
        self.used: dict[str, T] = {}

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return self.used.keys() != self.known.keys()

    def of(self, text: str, read: Callable[[str], T]) -> T:
        """Return the value of a text, reading it when it is new."""
        try:
            return self.used[text]
        except KeyError:
            value = self.known[text] if text in self.known else read(text)
            self.used[text] = value
            return value


class _KeptTerms(msgspec.Struct, array_like=True):
    terms: dict[str, tuple[str, ...]]


class _Kept(_KeptTerms, array_like=True):
    readings: dict[str, Readings]
    pieces: dict[str, bytes]


class TextCache:
    """Terms, readings and pieces (int32, as the encoder sees the text) of a FAQ's texts."""

    def __init__(self) -> None:
        self.terms: Remembered[tuple[str, ...]] = Remembered()
        self.readings: Remembered[Readings] = Remembered()
        self.pieces: Remembered[bytes] = Remembered()

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> "TextCache":
        """Return what `to_bytes` gave; an empty cache when there is nothing to read."""
        cache = cls()
        try:
            found = msgspec.msgpack.decode(kept, type=_Kept) if kept else None
        except msgspec.MsgspecError:
            return cache
        if found:
            cache.terms = Remembered(found.terms)
            cache.readings = Remembered(found.readings)
            cache.pieces = Remembered(found.pieces)
        return cache

    @staticmethod
    def terms_from_bytes(kept: bytes | None) -> dict[str, tuple[str, ...]]:
        """Return the terms alone of what `to_bytes` gave."""
        try:
            return msgspec.msgpack.decode(kept, type=_KeptTerms).terms if kept else {}
        except msgspec.MsgspecError:
            return {}

    def to_bytes(self) -> bytes:
        """Return what was used, to be kept for the next time."""
        kept = _Kept(self.terms.used, self.readings.used, self.pieces.used)
        return msgspec.msgpack.encode(kept)

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return any(one.has_changed for one in (self.terms, self.readings, self.pieces))
