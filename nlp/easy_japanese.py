"""Advice on やさしい日本語: short sentences, easy kanji with readings, no passive, no keigo.

After the guideline of the Immigration Services Agency and the Agency for Cultural Affairs
(在留支援のためのやさしい日本語ガイドライン, 2020).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlp.tokeniser import SudachiTokeniser
from nlp.word_lists import lines_of

LONGEST_SENTENCE: Final = 50
"""Characters of a sentence without its readings and links, at most."""

_KANJI: Final = re.compile(r"[\u3400-\u9fff々]+")
_READING: Final = re.compile(r"[ぁ-ん]{0,4}[（(][ぁ-んァ-ンー・\s]+[)）]")
"""A reading after a word; its last letters may be kana: 届いて（とどいて）."""

_IN_BRACKETS: Final = re.compile(r"[（(][ぁ-んァ-ンー・\s]+[)）]")
_GREETING: Final = re.compile(r"どう\s*いたしまして|ありがとう\s*ございま(?:す|した)")
_LINK: Final = re.compile(r"\]\([^)]*\)|https?://\S+|\*\*")
_SENTENCE: Final = re.compile(r"[^。！？!?\n]+")
_KEIGO: Final = re.compile(
    r"いただ|頂|くださり|下さり|ございま|いたし|致し|おり(?:ます|まして)|申し上げ|拝見|拝借|参り|伺|"
    r"いらっしゃ|なさ(?:い|る|れ)|ご覧|お.{1,4}になる|ご.{1,4}になる"
)
_DOUBLE_NEGATIVE: Final = re.compile(
    r"ないわけ|ないこと(?:は|も)ない|なくはな|ずにはいられ|ないとは(?:限|言)"
)
_PASSIVE: Final = frozenset({"れる", "られる"})


@dataclass(frozen=True, slots=True)
class Advice:
    """What makes a text hard to read, and where (`offset` counts characters)."""

    offset: int
    message: str


def advice_on(text: str, tokeniser: SudachiTokeniser) -> list[Advice]:
    """Return what makes a text of やさしい日本語 hard, in the order of the text."""
    found = [*_long(text), *_hard_kanji(text), *_hard_forms(text), *_passive(text, tokeniser)]
    return sorted(found, key=lambda one: (one.offset, one.message))


def _long(text: str) -> Iterator[Advice]:
    for sentence in _SENTENCE.finditer(text):
        bare = re.sub(r"\s+", "", _IN_BRACKETS.sub("", _LINK.sub("", sentence.group())))
        if len(bare) > LONGEST_SENTENCE:
            yield Advice(
                sentence.start(), f"1文が長いです（{len(bare)}文字）。{LONGEST_SENTENCE}文字までに"
            )


def _hard_kanji(text: str) -> Iterator[Advice]:
    seen: set[str] = set()
    for word in _KANJI.finditer(text):
        has_reading = _READING.match(text, word.end()) is not None
        hard = [one for one in word.group() if one not in _easy_kanji() and one != "々"]
        if hard and not has_reading and word.group() not in seen:
            yield Advice(
                word.start(), f"「{word.group()}」に読みがなを付けるか、言いかえてください"
            )
        seen.add(word.group())


def _hard_forms(text: str) -> Iterator[Advice]:
    plain = _GREETING.sub(lambda greeting: " " * len(greeting.group()), text)
    for match in _KEIGO.finditer(plain):
        yield Advice(
            match.start(), f"敬語「{match.group()}」は、「です・ます」に言いかえてください"
        )
    for match in _DOUBLE_NEGATIVE.finditer(text):
        yield Advice(match.start(), f"二重の否定「{match.group()}」は、言いかえてください")


def _passive(text: str, tokeniser: SudachiTokeniser) -> Iterator[Advice]:
    offset = 0
    for word in tokeniser.readings(text):
        kind, _, _ = word.part
        if kind == "助動詞" and word.base in _PASSIVE:
            yield Advice(
                offset, "受け身（〜れる・〜られる）は、だれが何をするかに言いかえてください"
            )
        offset += len(word.surface)


@cache
def _easy_kanji() -> frozenset[str]:
    return frozenset("".join(lines_of("kanji_grades.txt")))
