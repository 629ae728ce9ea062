"""Where the pages for reading are, as paths of the site."""

from typing import Final
from urllib.parse import quote

_JAPANESE: Final = "ja"


def entry_path(entry_id: str, language: str = _JAPANESE) -> str:
    """Return the path of an entry's page in a language."""
    query = "" if language == _JAPANESE else f"?lang={quote(language, safe='')}"
    return f"/faq/{quote(entry_id, safe='')}{query}"


def topic_path(topic: str) -> str:
    """Return the path of a topic's page."""
    # A slash stays one: many proxies refuse a path with %2F in it.
    return f"/faq/topics/{quote(topic, safe='/')}"
