"""Which language a short message is written in."""

import re
from functools import cache
from typing import Any, Final

from nlp.script import HANGUL, has_chinese_characters, has_japanese_words

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


def load_detector() -> None:
    """Load the detector of Latin languages (about a second), which the first one would wait for."""
    _detector()


def _latin(text: str) -> str:
    shares: dict[str, float] = {name: float(share) for name, share in _detector().rank(text)}
    likeliest = max(LATIN, key=lambda name: shares.get(name, 0.0))
    unsure = shares[likeliest] < _SURE and shares.get("en", 0.0) >= _LIKELY_ENGLISH
    return "en" if unsure else likeliest


@cache
def _detector() -> Any:
    # Imported here: it costs a second, and few messages need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    every.set_languages(list(LATIN))
    # One of its own for these languages lets go of all the others.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )
