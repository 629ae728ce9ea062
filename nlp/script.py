"""Which script a text is written in, as far as searching needs to know."""

import re
from typing import Final

_KANA: Final = re.compile(r"[\u3041-\u309f\u30a1-\u30ff]")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")
# Everyday Chinese characters that texts of Japanese without any kana do not hold.
_CHINESE: Final = re.compile(r"[吗嗎么麼们們这這请請怎哪您你我办還还沒没給给嘛呢]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]{2}")
_OTHER: Final = frozenset({"zh", "ko", "en", "vi", "pt", "tl", "ne", "es"})


def has_japanese_words(text: str, language: str = "ja") -> bool:
    """Tell whether the words of a text can be looked for in Japanese texts.

    Kana say so; Chinese characters alone do, unless they or the asker's language are Chinese.
    """
    if _KANA.search(text):
        return True
    return not _CHINESE.search(text) and bool(_CJK.search(text)) and language not in _OTHER


def language_of(text: str) -> str:
    """Return the language a text is most likely in, by its script: ja, zh, ko or en.

    Any Latin text is taken for English: it is the likeliest one to have an approved translation.
    """
    if has_japanese_words(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _CJK.search(text):
        return "zh"
    return "en" if _LATIN.search(text) else "ja"
