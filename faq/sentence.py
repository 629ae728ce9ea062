"""Fixed sentences: what the service says when no FAQ entry speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from faq.entry import EASY, Link

SENTENCE_GROUPS: Final = (
    "answering",
    "danger",
    "opinions",
    "abuse",
    "individual",
    "small_talk",
    "languages",
    "errors",
    "line",
)
"""What a fixed sentence is for; `answering` and `errors` are chosen by the service itself,
`line` by the channel LINE."""

CHANNEL_GROUPS: Final = ("line",)
"""Groups of sentences that one channel says, by itself or when it is called for."""

DANGERS: Final = ("ambulance", "crime", "fire", "gas", "suicide", "violence")
"""Kinds of danger that are recognised in any words."""

REQUIRED_SENTENCES: Final = (
    "greeting",
    "privacy",
    "answered-note",
    "unsure",
    "unanswered",
    "rejected-empty",
    "rejected-too-long",
    "error",
    "unavailable",
)
"""Sentences the service cannot do without; `check` names those that are missing."""


@dataclass(frozen=True, slots=True)
class EmergencyContact:
    """A number to call, beside the city's own offices."""

    name: str
    telephone: str


@dataclass(frozen=True, slots=True)
class FixedSentence:
    """An approved sentence with its variants, languages and the words that call for it.

    `words` are whole messages; `signs` stand anywhere in one ("家|部屋 + 燃え": one of each part),
    unless one of `unless` stands there too. What calls for a `private` one is not kept. `danger` is
    the kind of danger that calls for it in words nobody listed (bot/danger.py).
    """

    id: str
    label: str
    group: str
    text: tuple[str, ...]
    words: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    private: bool = False
    danger: str = ""
    easy: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    contacts: tuple[EmergencyContact, ...] = ()
    links: tuple[Link, ...] = ()

    def in_language(self, language: str, turn: int = 0) -> str:
        """Return the sentence in a language, else in Japanese; `turn` walks its variants."""
        if language == EASY and self.easy:
            return self.easy
        return self.translations.get(language) or self.text[turn % len(self.text)]
