"""Notices: what every channel shows before anything else, for as long as it is true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

from faq.entry import EASY

Level = Literal["info", "warning", "danger"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""How urgent a notice is, the most urgent one last."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An approved sentence on a disaster, an outage or a closure, with its time (aware)."""

    id: str
    level: Level
    text: str
    starts_at: datetime
    ends_at: datetime | None = None
    easy: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)

    def is_on(self, at: datetime) -> bool:
        """Tell whether the notice is to be shown at that moment."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def in_language(self, language: str) -> str:
        """Return the notice in a language, else in Japanese."""
        if language == EASY and self.easy:
            return self.easy
        return self.translations.get(language) or self.text
