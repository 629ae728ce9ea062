"""Which approved sentence, if any, a message calls for before any search."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from faq.sentence import FixedSentence
from nlp.kana import hiragana
from nlp.normalise import normalise

_BETWEEN: Final = re.compile(r"[\s\-~・…]+")
_PUNCTUATION: Final = "。、．，.,!?！？ 　「」~ー"

Parts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Called:
    """A sentence with its signs, folded: all parts of one sign, none of `unless`."""

    sentence: FixedSentence
    signs: tuple[Parts, ...]
    unless: tuple[str, ...]

    def is_called_by(self, folded: str) -> bool:
        return any(_holds(folded, sign) for sign in self.signs) and not any(
            word in folded for word in self.unless
        )


class FixedReplies:
    """Finds the sentence for a message: by the whole of it, else by its signs, first in the file.

    Both are compared without regard to width and case, signs also to spaces and kind of kana.
    """

    def __init__(self, sentences: Iterable[FixedSentence]) -> None:
        listed = list(sentences)
        self._whole = {_bare(word): one for one in listed for word in one.words}
        self._called = [
            _Called(one, tuple(map(parts_of, one.signs)), tuple(map(_folded, one.unless)))
            for one in listed
            if one.signs
        ]

    def find(self, text: str) -> FixedSentence | None:
        """Return the sentence that the message calls for, or None."""
        whole = self._whole.get(_bare(text))
        if whole:
            return whole
        folded = _folded(text)
        return next((one.sentence for one in self._called if one.is_called_by(folded)), None)


def parts_of(sign: str) -> Parts:
    """Split a sign as staff write it: `+` joins what must all be there, `|` alternatives."""
    return tuple(tuple(filter(None, map(_folded, part.split("|")))) for part in sign.split("+"))


def _holds(folded: str, sign: Parts) -> bool:
    return all(any(word in folded for word in part) for part in sign)


def _folded(text: str) -> str:
    return _BETWEEN.sub("", hiragana(normalise(text).casefold()))


def _bare(text: str) -> str:
    return normalise(text).casefold().strip(_PUNCTUATION)
