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
_CLAUSE: Final = re.compile(r"(?<=[。!?])\s*|(?<=[^\x00-\x7f])\s+")
_AROUND: Final = re.compile(
    r"^(?:わたしは|私は|うちは|家は|住まいは|住所は|区は|ええと|えっと|はい|じゃあ|では|それなら|なら|"
    r"i live in|i'm in|in|[\s、。,・])+|"
    r"(?:に住んでいます|に住んでます|に住んでる|在住です|在住|の住民です|の近くです|の近く|の近所です|の近所|の周辺|の人です|の者です|の場合は|の場合|"
    r"だったら|だとしたら|ならどう|なら|だと|です|だよ|だけど|では|のほうは|の方は|にある|の|は|で|に|も|"
    r"ward|[\s、。,・?!~ー])+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A ward that a message speaks of, and what else it says: empty when it says nothing else."""

    ward: Ward
    rest: str

    @property
    def alone(self) -> bool:
        """Whether the message says nothing but the ward."""
        return not self.rest


class PlaceFinder:
    """Finds the one ward of a message; none when it names several to choose from."""

    def __init__(self, wards: Iterable[Ward], city: str) -> None:
        self._city = city
        named = [
            (name.casefold(), pattern, ward) for ward in wards for name, pattern in _names(ward)
        ]
        self._named = sorted(named, key=lambda one: -len(one[0]))

    def find(self, text: str) -> Place | None:
        """Return the ward that a normalised message names, or None.

        Of several, one that somebody comes `から` is the old one. A ward of another city
        (大阪市北区) is none of ours.
        """
        plain = text.casefold()
        # A pattern of every name would take most of a second to compile.
        written = [one for one in self._named if one[0] in plain]
        if not written:
            return None
        pattern = re.compile("|".join(f"({one})" for _, one, _ in written), re.IGNORECASE)
        owners = [
            (one, written[(one.lastindex or 1) - 1][2])
            for one in pattern.finditer(text)
            if not self._is_elsewhere(text, one)
        ]
        if len({ward.id for _, ward in owners}) > 1:
            owners = [(one, ward) for one, ward in owners if not _FROM.match(text, one.end())]
        if len({ward.id for _, ward in owners}) != 1:
            return None
        return Place(owners[0][1], self._without_places(text, pattern))

    def _without_places(self, text: str, places: re.Pattern[str]) -> str:
        """Return a message without the clauses that only say where somebody lives."""
        kept = []
        for clause in filter(None, _CLAUSE.split(text)):
            rest = places.sub(" ", clause).replace(self._city, " ")
            if rest == clause or _AROUND.sub("", rest).strip():
                kept.append(clause)
        return " ".join(kept).strip()

    def _is_elsewhere(self, text: str, one: re.Match[str]) -> bool:
        before = text[: one.start()]
        return bool(_ELSEWHERE.search(before)) and not before.endswith(self._city)


def _names(ward: Ward) -> Iterator[tuple[str, str]]:
    """Yield every name of a ward, as it stands in a message, with the pattern that finds it."""
    yield ward.name, re.escape(ward.name)
    if ward.kana:
        yield ward.kana, f"{_BEFORE_KANA}{re.escape(ward.kana)}{_AFTER_KANA}"
    if ward.name_en:
        short = ward.name_en.removesuffix(" Ward")
        yield short, rf"\b{re.escape(short)}(?:[ -]?ku|[ -]ward)\b"
    for town in ward.towns:
        # A town is a word of its own: not 椿浜 in 下椿浜, nor うみかぜ within other kana.
        yield town, rf"(?<![{_KANJI}ぁ-んァ-ン]){re.escape(town)}(?![区市])"
    for station in ward.stations:
        name = f"{station.removesuffix('駅')}駅"
        yield name, re.escape(name)
