"""Masking of personal data, before anything is stored, shown to staff or logged."""

import re
from collections.abc import Iterator
from typing import Final, NewType

MaskedText = NewType("MaskedText", str)
"""Text that went through `mask`: the only kind of citizen's text that may be kept."""

# Every pattern is linear: character classes with bounded repeats, nothing nested to backtrack.
_EMAIL: Final = re.compile(r"[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", re.ASCII)
_DIGITS: Final = re.compile(r"(?:〒\s?)?\+?\(?[0-9](?:[-()/.,・の\s]{0,3}[0-9]){6,499}")
_LABEL: Final = re.compile(r"〔[^〔〕]{1,20}〕")
# Same length as the original, so that what is found in the copy can be cut from the text itself.
_AS_DIGITS: Final = str.maketrans("〇零一二三四五六七八九ー―—–‐−", "00123456789------")
_PHONE_LENGTHS: Final = (10, 11)
_MY_NUMBER_LENGTH: Final = 12
_CARD_LENGTHS: Final = range(14, 17)
_POSTCODE_LENGTH: Final = 7
_LONG: Final = 10


def mask(text: str) -> MaskedText:
    """Replace e-mail addresses, telephone, 12-digit, postcode and card numbers by a label.

    Expects normalised text (`nlp.normalise`); digits may be written in kanji, and hyphens as
    long-vowel marks. Masking twice changes nothing.
    """
    masked = _EMAIL.sub("〔メールアドレス〕", text)
    pieces: list[str] = []
    end = 0
    for start, stop, label in _numbers(masked):
        pieces += [masked[end:start], f"〔{label}〕"]
        end = stop
    return MaskedText("".join([*pieces, masked[end:]]))


def has_labels(text: MaskedText) -> bool:
    """Tell whether something was masked."""
    return bool(_LABEL.search(text))


def without_labels(text: MaskedText) -> str:
    """Return the text without the labels that stand for masked data: they are not its words."""
    return _LABEL.sub(" ", text)


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _DIGITS.finditer(text.translate(_AS_DIGITS)):
        label = _label(found.group())
        if label:
            yield found.start(), found.end(), label


def _label(run: str) -> str | None:
    digits = "".join(char for char in run if char.isdigit())
    if "+" in run and digits.startswith("81"):
        digits = "0" + digits[2:].removeprefix("0")
    count = len(digits)
    if count in _PHONE_LENGTHS and digits.startswith("0"):
        return "電話番号"
    if count == _MY_NUMBER_LENGTH:
        return "12桁の番号"
    if count in _CARD_LENGTHS:
        return "カード番号"
    if count == _POSTCODE_LENGTH:
        return "郵便番号"
    return "番号" if count >= _LONG else None
