"""Which script a text is written in, as far as searching needs to know."""

import re
from typing import Final

_KANA: Final = re.compile(r"[\u3041-\u309f\u30a1-\u30ff]")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")
# Everyday Chinese characters that texts of Japanese without any kana do not hold.
_CHINESE: Final = re.compile(r"[吗嗎么麼们們这這请請怎哪您你我办還还沒没給给嘛呢]")
_OTHER: Final = frozenset({"zh", "ko", "en", "vi", "pt", "tl", "ne", "es"})


def has_japanese_words(text: str, language: str = "ja") -> bool:
    """Tell whether the words of a text can be looked for in Japanese texts.

    Kana say so; Chinese characters alone do, unless they or the asker's language are Chinese.
    """
    if _KANA.search(text):
        return True
    return not _CHINESE.search(text) and bool(_CJK.search(text)) and language not in _OTHER
