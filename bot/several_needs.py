"""Several needs in one message: where it can be cut so that each part asks for one thing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from bot.search import Searched

MOST: Final = 3
"""How many needs of one message are answered, at most."""

RIGHT_FROM: Final = 0.4
"""Least P(the first entry is right) of a part that is added to another (それと, ついでに)."""

FOUND_NOTHING: Final = 0.15
"""Below this the part that is added found nothing: it is named, not guessed at."""

RIGHT_FROM_SENTENCE: Final = 0.6
"""The same for sentences that only follow each other: the second may be about the first."""

_SHORTEST: Final = 8
_SHORTEST_PART: Final = 2
_AROUND: Final = " 、。,!?…"
_ADDING: Final = (
    r"それと|それから|そして|(?<![のたりそ])あとは?(?=[、 ])|"
    r"(?<![のたりそ])あと(?=[\u4e00-\u9fffァ-ヶ])|"
    r"ついでに|あわせて|合わせて|さらに|また(?=、)|ほかに|他に(?=、)|加えて"
)
_BORDER: Final = re.compile(
    rf"(?:[。!?\n]+\s*)?[、,\s]*(?P<adding>{_ADDING})[、,\s]*|(?P<stop>[。!?\n]+)|"
    r"(?P<listed>[・;]|のと(?=[、\s\u4e00-\u9fffァ-ヶ])、?|こと、|(?<=[しけど])、(?=[^、]*(?<![でて])も)|と、)"
)
_REQUEST: Final = re.compile(
    r"(?:か|たい(?:です|んです|のです|の|んだけど|のですが|んですが)?|ほしい(?:です|んだけど)?|欲しい(?:です)?|"
    r"教えて(?:ください|下さい|ほしい)?|ください|下さい|は|について|方法|方|の件|の?手続き?|申請|料金|届|の|[?])$"
)
_HEAD_PARTICLES: Final = re.compile(r"[をがはにで]")
_PARTICLE: Final = re.compile(r"[をがは]|について|の(?=取り方|出し方|申請|手続|書き方|申し込み)")
_TOGETHER: Final = re.compile(
    r"^(?:一緒|いっしょ|同じ|同時|比べ|か|して|いう|言|思|なる|なり|なっ)"
)
_COMPARING: Final = re.compile(r"違い|ちがい|違う|ちがう|どちら|どっち|比べ|一緒に|いっしょに|同じ")
_SITUATION: Final = re.compile(
    r"^(?P<when>.{2,14}?(?:けど|けれど|ので|て|が))[、\s]*(?P<one>[^、。]{1,14}?(?<![てで])も)"
    r"(?:いて|いるし|いる|あって|あるし|ある|し)?[、\s]*(?P<two>.{2,20}?(?<![てで])も).{0,6}$"
)


class Word(Protocol):
    """A word as the tokeniser reads it."""

    @property
    def surface(self) -> str:
        """How it is written."""
        ...

    @property
    def part(self) -> tuple[str, str, str]:
        """Its part of speech."""
        ...


Joint = Literal["first", "sentence", "added", "noun"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message, and how it is joined to the one before: as a sentence of its own, after
    a word such as それと or in a list (`added`), or noun to noun by と.
    """

    text: str
    joint: Joint


def parts_of(text: str, words: Sequence[Word]) -> tuple[Part, ...]:
    """Return the two or three parts a normalised message can be cut into, else nothing.

    Sentences that only tell the situation (父が亡くなりました。) are no need of their own.
    """
    if len(text) < _SHORTEST or _COMPARING.search(text):
        return ()
    situation = _SITUATION.match(text)
    if situation:
        when = situation["when"]
        one, two = (f"{when} {situation[name]}" for name in ("one", "two"))
        return (Part(one, "first"), Part(two, "added"))
    cut = [one for one in _cut(text, words) if len(one.text) >= _SHORTEST_PART]
    return tuple(cut) if 2 <= len(cut) <= MOST else ()


def _cut(text: str, words: Sequence[Word]) -> Iterator[Part]:
    start = 0
    joint: Joint = "first"
    for border, end, joins in _borders(text, words):
        piece = text[start:border].strip(_AROUND)
        is_request = "?" in text[border:end] or _REQUEST.search(piece)
        # A plain statement belongs to what follows, unless that is added to it.
        if joins == "sentence" and not is_request:
            continue
        if piece:
            yield Part(piece + (_shared(text[end:]) if joins == "noun" else ""), joint)
        start, joint = end, joins
    rest = text[start:].strip(_AROUND)
    if rest:
        yield Part(rest, joint)


def _shared(rest: str) -> str:
    """Return what the nouns before and after と share: がほしい of 印鑑証明がほしい."""
    particle = _PARTICLE.search(rest)
    return rest[particle.start() :].strip(_AROUND) if particle else ""


def _borders(text: str, words: Sequence[Word]) -> list[tuple[int, int, Joint]]:
    """Return where parts end and the next ones begin, and how the next one is joined."""
    found: list[tuple[int, int, Joint]] = [
        (match.start(), match.end(), _joint_of(match))
        for match in _BORDER.finditer(text)
        if match.start() > 0
    ]
    taken = {at for start, end, _ in found for at in range(start, end)}
    found += [(at, at + 1, "noun") for at in _joining(text, words) if at not in taken]
    return sorted(found)


def _joint_of(border: re.Match[str]) -> Joint:
    if border["stop"]:
        return "sentence"
    return "noun" if border["listed"] == "・" else "added"


def _joining(text: str, words: Sequence[Word]) -> Iterator[int]:
    """Yield where と joins two nouns (住民票と印鑑証明がほしい), before any other particle."""
    at = 0
    for before, word in zip([None, *words], words, strict=False):
        if (
            before is not None
            and word.surface == "と"
            and word.part[0] == "助詞"
            and before.part[0] in ("名詞", "接尾辞")
            and not _HEAD_PARTICLES.search(text[:at])
            and not _TOGETHER.match(text[at + 1 :])
        ):
            yield at
        at += len(word.surface)


def is_sure(searched: Searched, least: float) -> bool:
    """Tell whether a part found its entry."""
    return searched.kind != "unanswered" and searched.sure.right >= least
