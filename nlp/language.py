"""Which language a short message is written in."""

import logging
import re
import threading
from pathlib import Path
from typing import Any, Final

from nlp.detector_file import open_detector, read_detector
from nlp.script import HANGUL, has_chinese_characters, has_japanese_words

_LOG = logging.getLogger(__name__)

LATIN: Final = ("en", "vi", "pt", "tl", "es")
"""Languages of the Latin script that are told apart."""

_VIETNAMESE: Final = re.compile(r"[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")
_WORDS: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]{2}")
_SURE: Final = 0.55
_LIKELY_ENGLISH: Final = 0.2


def language_of(text: str) -> str:
    """Return the language a text is most likely in: ja, en, zh, ko, vi, pt, tl, ne or es.

    The script decides where it can; Latin letters are told apart by their sequences (py3langid).
    Where those are not sure (a word or two) it is English, which most of them are.
    """
    if has_japanese_words(text):
        return "ja"
    if HANGUL.search(text):
        return "ko"
    if has_chinese_characters(text):
        return "zh"
    if _DEVANAGARI.search(text):
        return "ne"
    if _VIETNAMESE.search(text):
        return "vi"
    return _latin(text.casefold()) if _WORDS.search(text) else "ja"


def load_detector(root: Path) -> None:
    """Load the detector of Latin languages, which the first message would wait for (half a second).

    Its tables are kept in a folder in `root`: 45 MB less, and no time when they are there already.
    """
    _Shared.load(root)


def _latin(text: str) -> str:
    shares: dict[str, float] = {name: float(share) for name, share in _Shared.load().rank(text)}
    likeliest = max(LATIN, key=lambda name: shares.get(name, 0.0))
    unsure = shares[likeliest] < _SURE and shares.get("en", 0.0) >= _LIKELY_ENGLISH
    return "en" if unsure else likeliest


class _Shared:
    """The one detector of this process."""

    _lock = threading.Lock()
    _detector: Any = None

    @classmethod
    def load(cls, root: Path | None = None) -> Any:
        with cls._lock:
            if cls._detector is None:
                cls._detector = _opened(root)
            return cls._detector


def _opened(root: Path | None) -> Any:
    if root:
        try:
            return open_detector(LATIN, root)
        except OSError as error:
            _LOG.warning("the detector of languages stays in memory: %s", error)
    return read_detector(LATIN)
