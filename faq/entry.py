"""One FAQ: a question citizens ask and the answer the city approved."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

Audience = Literal["public", "staff"]

LANGUAGES: Final = ("en", "zh", "ko", "vi", "pt", "tl", "ne", "es")
"""Languages an entry or a fixed sentence may be translated into, beside Japanese."""

EASY: Final = "easy"
"""The code of やさしい日本語 wherever a language is named."""


def is_japanese(language: str) -> bool:
    """Tell whether a code means Japanese, plain Japanese included."""
    return language in ("ja", EASY)


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to an answer."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Variant:
    """The same answer in plain Japanese or another language, approved like the original.

    `of` is the hash of the Japanese it was made from; empty when not recorded.
    """

    question: str
    answer: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """One question with its phrasings and the approved answer (Markdown)."""

    id: str
    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    topic: str = ""
    owner: str = ""
    contact: str = ""
    links: tuple[Link, ...] = ()
    keywords: tuple[str, ...] = ()
    reviewed_on: date | None = None
    expires_on: date | None = None
    audience: Audience = "public"
    by_ward: Mapping[str, str] = field(default_factory=dict)
    easy: Variant | None = None
    translations: Mapping[str, Variant] = field(default_factory=dict)

    def answer_for(self, ward: str | None) -> str:
        """Return the answer as it is in `ward`, or the common one where it does not differ."""
        return self.by_ward.get(ward, self.answer) if ward else self.answer

    def variant(self, language: str) -> Variant | None:
        """Return the approved variant in `language` ("easy", "en" ...), if there is one."""
        return self.easy if language == EASY else self.translations.get(language)

    @property
    def mark(self) -> str:
        """What a variant's `of` records: 12 hex digits of SHA-256 over the Japanese it is of."""
        told = f"{self.question.strip()}\0{self.answer.strip()}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def is_stale(self, variant: Variant) -> bool:
        """Tell whether the Japanese has changed since the variant was made (as far as recorded)."""
        return bool(variant.of) and variant.of != self.mark

    def wordings(self) -> tuple[tuple[str, str], ...]:
        """Return every way the question is put, each with the answer in its language.

        The question itself comes first; phrasings are questions of their own.
        """
        answer = "\n".join((self.answer, *self.by_ward.values()))
        variants = (*([self.easy] if self.easy else []), *self.translations.values())
        return (
            *((question, answer) for question in (self.question, *self.phrasings)),
            *((variant.question, variant.answer) for variant in variants),
        )

    def may_be_read(self, on: date, *, by_staff: bool = False) -> bool:
        """Tell whether citizens, or else staff, may be shown the entry on that day (Asia/Tokyo)."""
        return (self.audience == "public" or by_staff) and self.is_current(on)

    def is_current(self, on: date) -> bool:
        """Tell whether the entry is still valid on that day (Asia/Tokyo)."""
        return self.expires_on is None or on <= self.expires_on
