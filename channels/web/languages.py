"""The languages of the website: their own names, and those that a city has answers in."""

from typing import Final

from faq.book import FaqBook
from faq.entry import EASY

LANGUAGE_NAMES: Final = {
    "ja": "日本語",
    EASY: "やさしい日本語",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "pt": "Português",
    "tl": "Tagalog",
    "ne": "नेपाली",
    "es": "Español",
}


def known_language(language: str) -> str:
    """Return the language if the service speaks it, else Japanese."""
    return language if language in LANGUAGE_NAMES else "ja"


def offered_languages(book: FaqBook) -> list[tuple[str, str]]:
    """Return the languages that a city has approved texts in, with their own names."""
    has_easy = any(entry.easy for entry in book.entries)
    spoken = {"ja", *book.languages, *([EASY] if has_easy else [])}
    return [(code, name) for code, name in LANGUAGE_NAMES.items() if code in spoken]
