"""Which ward a message speaks of: by its name, a town or a station in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from faq.city import Ward

_KANJI: Final = "\u3400-\u9fff々ヶケノツ"
_BEFORE_KANA: Final = r"(?:^|(?<=[\s、。・は]))"
_AFTER_KANA: Final = r"(?=$|[\s、。?!はにでのも]|です|だよ|だけど)"
_ELSEWHERE: Final = re.compile(r"(?:都|道|府|県|市)$")
_FROM: Final = re.compile(r"\s*(?:から|より|を出)")
_AROUND: Final = re.compile(
    r"^(?:わたしは|私は|うちは|家は|住まいは|住所は|区は|ええと|えっと|はい|じゃあ|では|それなら|なら|"
    r"i live in|i'm in|in|[\s、。,・])+|"
    r"(?:に住んでいます|に住んでます|に住んでる|在住です|在住|の住民です|の人です|の者です|の場合は|の場合|"
    r"だったら|だとしたら|ならどう|なら|だと|です|だよ|だけど|では|のほうは|の方は|にある|の|は|で|に|も|"
    r"ward|[\s、。,・?!~ー])+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A ward that a message speaks of; `alone` when it says nothing else."""

    ward: Ward
    alone: bool


class PlaceFinder:
    """Finds the one ward of a message; none when it names several to choose from."""

    def __init__(self, wards: Iterable[Ward], city: str) -> None:
        self._city = city
        named = [(name, ward) for ward in wards for name in _names(ward)]
        named.sort(key=lambda pair: -len(pair[0]))
        self._owners = [ward for _, ward in named]
        self._pattern = re.compile("|".join(f"({name})" for name, _ in named), re.IGNORECASE)

    def find(self, text: str) -> Place | None:
        """Return the ward that a normalised message names, or None.

        Of several, one that somebody comes `から` is the old one. A ward of another city
        (大阪市北区) is none of ours.
        """
        if not self._owners:
            return None
        found = [one for one in self._pattern.finditer(text) if not self._is_elsewhere(text, one)]
        if len({self._ward_of(one).id for one in found}) > 1:
            found = [one for one in found if not _FROM.match(text, one.end())]
        if len({self._ward_of(one).id for one in found}) != 1:
            return None
        rest = self._pattern.sub(" ", text).replace(self._city, " ")
        return Place(self._ward_of(found[0]), not _AROUND.sub("", rest).strip())

    def _is_elsewhere(self, text: str, one: re.Match[str]) -> bool:
        before = text[: one.start()]
        return bool(_ELSEWHERE.search(before)) and not before.endswith(self._city)

    def _ward_of(self, one: re.Match[str]) -> Ward:
        return self._owners[(one.lastindex or 1) - 1]


def _names(ward: Ward) -> Iterator[str]:
    yield re.escape(ward.name)
    if ward.kana:
        yield f"{_BEFORE_KANA}{re.escape(ward.kana)}{_AFTER_KANA}"
    if ward.name_en:
        short = ward.name_en.removesuffix(" Ward")
        yield rf"\b{re.escape(short)}(?:[ -]?ku|[ -]ward)\b"
    for town in ward.towns:
        # A town is a word of its own: not 椿浜 in 下椿浜, nor うみかぜ within other kana.
        yield rf"(?<![{_KANJI}ぁ-んァ-ン]){re.escape(town)}(?![区市])"
    for station in ward.stations:
        yield f"{re.escape(station.removesuffix('駅'))}駅"
