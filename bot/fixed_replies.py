"""Which approved sentence, if any, a message calls for before any search."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.danger import DangerWatch
from faq.sentence import FixedSentence
from nlp.kana import folded
from nlp.normalise import normalise

_PUNCTUATION: Final = "。、．，.,!?！？ 　「」~ー"

Parts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Called:
    """A sentence with its signs, folded: all parts of one sign, none of `unless`."""

    sentence: FixedSentence
    signs: tuple[Parts, ...]
    unless: tuple[str, ...]

    def is_called_by(self, plain: str) -> bool:
        return any(_holds(plain, sign) for sign in self.signs) and not any(
            word in plain for word in self.unless
        )


@dataclass(frozen=True, slots=True)
class CalledFor:
    """A sentence that a message calls for; one of danger may be only possible (`is_sure`)."""

    sentence: FixedSentence
    is_sure: bool = True


class FixedReplies:
    """Finds the sentence for a message: by the whole of it, else by its signs, first in the file.

    Both are compared without regard to width and case, signs also to spaces and kind of kana. Of
    danger the watch has the last word: it knows wordings that no sign names, and tells a sign that
    only sounds like danger.
    """

    def __init__(
        self, sentences: Iterable[FixedSentence], watch: DangerWatch | None = None
    ) -> None:
        listed = list(sentences)
        self._whole = {_bare(word): one for one in listed for word in one.words}
        self._called = [
            _Called(one, tuple(map(parts_of, one.signs)), tuple(map(folded, one.unless)))
            for one in listed
            if one.signs
        ]
        self._of_danger = {one.danger: one for one in reversed(listed) if one.danger}
        self._watch = watch if self._of_danger else None

    def find(self, text: str) -> CalledFor | None:
        """Return the sentence that a normalised message calls for, or None."""
        whole = self._whole.get(_bare(text))
        if whole:
            return CalledFor(whole)
        signed = self.signed(text)
        if self._watch is None or (signed and signed.group == "danger" and not signed.danger):
            return CalledFor(signed) if signed else None
        is_danger = signed is not None and signed.group == "danger"
        alarm = self._watch.alarm(text, is_signed=is_danger)
        if signed and not is_danger and not (alarm and alarm.is_sure):
            return CalledFor(signed)
        sentence = signed if is_danger else self._of_danger.get(alarm.kind) if alarm else None
        return CalledFor(sentence, alarm.is_sure) if alarm and sentence else None

    def signed(self, text: str) -> FixedSentence | None:
        """Return the first sentence one of whose signs stands in a message, or None."""
        plain = folded(text)
        return next((one.sentence for one in self._called if one.is_called_by(plain)), None)


def parts_of(sign: str) -> Parts:
    """Split a sign as staff write it: `+` joins what must all be there, `|` alternatives."""
    return tuple(tuple(filter(None, map(folded, part.split("|")))) for part in sign.split("+"))


def _holds(plain: str, sign: Parts) -> bool:
    # Every sign is looked for in every message: plain loops take a third of the time of any().
    for part in sign:
        for word in part:
            if word in plain:
                break
        else:
            return False
    return True


def _bare(text: str) -> str:
    return normalise(text).casefold().strip(_PUNCTUATION)
