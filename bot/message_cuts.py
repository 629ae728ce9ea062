"""Where a message could be cut in two, each part asking for something of its own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

_SHORTEST_PART: Final = 2
_AROUND: Final = " 、。,!?.・;~"
_ADDING: Final = (
    r"それと|それから|それに|そして|(?<![のたりそ])あとは?(?=[、 ])|"
    r"(?<![のたりそ])あと(?=[\u4e00-\u9fffァ-ヶ])|"
    r"ついでに|あわせて|合わせて|さらに|また(?=、)|ほかに|他に(?=、)|加えて"
)
_MARK: Final = re.compile(
    rf"(?:[。!?]+\s*)?[、,\s]*(?P<added>{_ADDING})[、,\s]*|(?P<sentence>[。!?]+)\s*|"
    r"(?P<listed>[・;])|(?P<comma>[、,])\s*|(?<=[^\x00-\x7f])(?P<space> )(?=[^\x00-\x7f])"
)
_LISTING: Final = frozenset({"と", "や"})
_CLAUSE_ENDS: Final = frozenset({"し", "けど", "けれど", "ので", "が", "て", "で", "から"})
_NOUN: Final = frozenset({"名詞", "接尾辞"})
# What a clause begins with; a verb after て mostly belongs to it (教えてください).
_BEGINS: Final = frozenset({"名詞", "接頭辞", "接続詞", "副詞", "連体詞", "代名詞"})
COMPARING: Final = r"違い|ちがい|違う|ちがう|どちらが|どっちが|比べ|一緒に|いっしょに|同じ"
"""What is asked of two things together, as a pattern."""

_OF_BOTH: Final = re.compile(
    r"^(?:一緒|いっしょ|同じ|同時|比べ|して|いう|言|思|聞|なる|なり|なっ|は?違|は?ちが)|"
    + COMPARING
)
_LEFT_OVER: Final = re.compile(r"(?:と|とか|や|のと)$")
_PREDICATE: Final = r"(?:[をがはに]|について|も)(?!.*[をがは]).{0,14}$"
_SHARED_BY_PHRASES: Final = re.compile(_PREDICATE)
_SHARED_BY_NOUNS: Final = re.compile(
    r"の(?=\w{1,4}方|申請|手続|申し込|料金|値段|場所|時間|予約|届|相談|補助|こと).{0,18}$|"
    rf"{_PREDICATE}"
)
# 引っ越すんだけど犬もいて of 引っ越すんだけど犬もいて子どもの学校も
_SITUATION: Final = re.compile(
    r"(?P<when>.{2,14}?(?:けど|けれど|ので|て|が))[、 ]*[^、。]{1,14}?(?<![てで])も"
    r"(?:いて|いるし|いる|あって|あるし|ある|し)?$"
)

Joint = Literal["added", "listed", "noun", "sentence", "space", "comma", "clause"]


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


@dataclass(frozen=True, slots=True)
class Border:
    """Where a left part ends and a right part begins, in characters, and what joins them: a word
    such as それと (`added`), と between nouns, the end of a clause, or a mark.
    """

    start: int
    end: int
    joint: Joint


@dataclass(frozen=True, slots=True)
class Cut:
    """A message in two parts, each of which says what both share (住民票と印鑑証明がほしい)."""

    left: str
    right: str
    border: Border


def cuts_of(text: str, words: Sequence[Word]) -> tuple[Cut, ...]:
    """Return every way a normalised message could be cut in two, in the order of the borders."""
    cuts = (_cut(text, border) for border in _borders(text, words))
    return tuple(cut for cut in cuts if min(len(cut.left), len(cut.right)) >= _SHORTEST_PART)


def _cut(text: str, border: Border) -> Cut:
    left = _LEFT_OVER.sub("", text[: border.start].strip(_AROUND))
    right = text[border.end :].strip(_AROUND)
    if left and border.joint in ("noun", "listed"):
        left += _shared(left, right)
    situation = _SITUATION.match(left)
    if situation and "も" in right:
        right = situation["when"] + right
    return Cut(left, right, border)


def _shared(left: str, right: str) -> str:
    """Return what the right noun says for the left one too: がほしい of 印鑑証明がほしい."""
    tail = (_SHARED_BY_PHRASES if "の" in left else _SHARED_BY_NOUNS).search(right)
    return tail[0] if tail else ""


def _borders(text: str, words: Sequence[Word]) -> list[Border]:
    borders = list(_between_words(text, words))
    taken = {at for border in borders for at in range(border.start, border.end)}
    for mark in _MARK.finditer(text):
        joint = _joint_of(mark)
        if mark.start() not in taken:
            borders.append(Border(mark.start(), mark.end(), joint))
    return sorted(borders, key=lambda border: (border.start, border.end))


def _joint_of(mark: re.Match[str]) -> Joint:
    joints: tuple[Joint, ...] = ("added", "sentence", "listed", "comma", "space")
    return next(joint for joint in joints if mark[joint])


def _between_words(text: str, words: Sequence[Word]) -> Iterator[Border]:
    """Yield the borders that words make: between nouns, after clauses."""
    at = len(words[0].surface) if words else 0
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        start, at = at, at + len(word.surface)
        if word.part[0] != "助詞":
            continue
        if word.surface in _LISTING:
            end = _end_of_listing(text, at)
            if before.part[0] in _NOUN and not _OF_BOTH.search(text[end:]):
                yield Border(start, end, "noun")
            elif before.part[1] == "準体助詞":
                yield Border(start - len(before.surface), end, "clause")
        elif word.surface in _CLAUSE_ENDS and word.part[1] == "接続助詞":
            if after.part[0] in _BEGINS:
                yield Border(at, at, "clause")


def _end_of_listing(text: str, at: int) -> int:
    """Return where the next part begins after と, とか or と、."""
    rest = text[at:].removeprefix("か").lstrip("、 ")
    return len(text) - len(rest)
