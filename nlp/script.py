"""Which script a text is written in, as far as searching needs to know."""

import re
from typing import Final

HANGUL: Final = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_KANA: Final = re.compile(r"[\u3041-\u309f\u30a1-\u30ff]")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")
# Everyday Chinese that texts of Japanese without any kana do not hold.
_CHINESE: Final = re.compile(
    r"[吗嗎么麼们們这這请請怎哪您你办还還没沒给給嘛呢很啊吧]|"
    r"我[想要的们們家]|垃圾|孩子|搬家|在哪|多少[钱錢]|可以|能不能|[了嗎]$|是不是|有没有"
)
_OTHER: Final = frozenset({"zh", "ko", "en", "vi", "pt", "tl", "ne", "es"})


def has_japanese_words(text: str, language: str = "ja") -> bool:
    """Tell whether the words of a text can be looked for in Japanese texts.

    Kana say so; Chinese characters alone do, unless they or the asker's language are Chinese.
    """
    if _KANA.search(text):
        return True
    return bool(_CJK.search(text)) and language not in _OTHER and not _is_chinese(text)


def has_chinese_characters(text: str) -> bool:
    """Tell whether a text holds Chinese characters."""
    return bool(_CJK.search(text))


def _is_chinese(text: str) -> bool:
    # A character that the Japanese code table lacks is a simplified Chinese one.
    return bool(_CHINESE.search(text)) or any(
        _CJK.match(one) and not one.encode("cp932", "ignore") for one in text
    )
