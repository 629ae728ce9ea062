"""Questions on how a thing is thrown away, answered from the city's item tables."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from faq.item import Item, without_brackets
from faq.opening_days import DAY_WORDS
from nlp.kana import folded

MAX_ITEMS: Final = 5
"""How many items a citizen is shown to choose from, at most."""

Strength = Literal["strong", "weak", "none"]

_SHORTEST_PART: Final = 2
_LONGEST_THING: Final = 12
_HEAD: Final = re.compile(
    r"^(?:じゃあ|では|それなら|えーと|えっと|ええと|あのー?|すみません|すいません|ちょっと|教えて|使わなくなった|古い|壊れた|"
    r"こわれた|いらなくなった|いらない|要らない|使い終わった|家にある|うちの|この|[、。\s])+"
)
_ENDING: Final = re.compile(
    r"(?:の|は|って|を|が|も|に|で|なん|ん|です|ます|だ|けど|か|ね|よ|かな|でしょう|ですが|"
    r"教えて|知りたい|おしえて|ください|下さい|お願いします|いい|よい|ほしい|したい|したら|すれば|する|"
    r"の時|とき|場合|方法|仕方|しかた|どう|どうすれば|どうしたら|どうやって|どこ|どこに|いつ|何曜日|"
    r"できる|できます|出す|だす|出し|だし|出せる|出せます|だせる|たい|とか|など|、|。|\?|!|\s)$"
)
_STRONG: Final = re.compile(
    r"(?:捨て方|すて方|捨てかた|すてかた|分別(?:方法)?|ぶんべつ|処分(?:方法)?|しょぶん|廃棄|"
    r"(?:捨て|すて)(?:て|る|られる|られます|れる|れます|ます|たい|れば|たら|ても)?|"
    r"(?:何|なに|なん|どの|どんな|何の|なんの)(?:ごみ|ゴミ)(?:になる|になります)?|"
    r"(?:燃える|燃えない|もえる|もえない|可燃|不燃|普通|資源|粗大)?(?:ごみ|ゴミ)(?:になる|になります)?|"
    r"燃える|燃えない|もえる|もえない|燃やせる)$"
)
_WEAK: Final = re.compile(
    r"(?:出し方|だし方|出しかた|だしかた|分け方|わけ方|わけかた|回収|リサイクル|資源|"
    r"不要|いらない|要らない|処理)$"
)

# Said in a talk, they are no things, though ashes (灰) are read the same.
_INTERJECTIONS: Final = frozenset(
    ("はい", "いいえ", "いえ", "いや", "うん", "ううん", "ええ", "ああ", "おう", "そう")
)

# 今日は何ごみ and ごみの出し方 name no thing.
_NO_THING: Final = re.compile(rf"(?:{_STRONG.pattern[:-1]}|{DAY_WORDS.pattern}|市|区|家庭|うち)+")


@dataclass(frozen=True, slots=True)
class ItemsFound:
    """What a message says of things to throw away.

    `items` are the ones it can mean; none when it asks for a thing that no table knows. `is_named`:
    the message is the very name of an item; `asks`: it says that the thing is to be thrown away.
    """

    items: tuple[Item, ...]
    is_named: bool
    asks: bool


class ItemQuestions:
    """Finds items by name, reading and alias; `read` gives the reading of a text in kana."""

    def __init__(self, items: Iterable[Item], read: Callable[[str], str]) -> None:
        self._read = read
        self._by_key = _by_key(tuple(items), read)

    def find(self, text: str) -> ItemsFound | None:
        """Return what a normalised message says of things to throw away; None if it says nothing.

        A thing is taken for meant when its name ends what was typed (木のハンガー).
        """
        if not self._by_key or folded(text).strip("。、!?") in _INTERJECTIONS:
            return None
        thing = ""
        strength: Strength = "none"
        for thing, strength in _things_of(text):
            found = self._called(thing)
            if found:
                return ItemsFound(tuple(found[:MAX_ITEMS]), True, strength != "none")
        if strength == "none" or len(thing) < _SHORTEST_PART or _NO_THING.fullmatch(thing):
            return None
        near = tuple(self._near(filter(None, _keys(thing, self._read))))[:MAX_ITEMS]
        if near or (strength == "strong" and len(thing) <= _LONGEST_THING):
            return ItemsFound(near, False, True)
        return None

    def _called(self, name: str) -> list[Item]:
        """Return the items of a name; those that have no other name first."""
        keys = _keys(name, self._read)
        found = next((self._by_key[key] for key in keys if key in self._by_key), [])
        return sorted(found, key=lambda item: _key(item.name) not in keys)

    def _near(self, keys: Iterable[str]) -> Iterator[Item]:
        """Yield items whose name ends, begins or holds what was typed, or the other way round."""
        found: dict[str, tuple[int, int]] = {}
        items: dict[str, Item] = {}
        for key in keys:
            # Of thousands of names hardly one fits: whether one holds the other is seen soonest.
            for known in [one for one in self._by_key if key in one or one in key]:
                fit = _fit(key, known)
                if fit is None:
                    continue
                for item in self._by_key[known]:
                    items[item.id] = item
                    found[item.id] = min(found.get(item.id, fit), fit)
        yield from (items[one] for one in sorted(found, key=lambda one: (found[one], one)))


@lru_cache(maxsize=1)
def _by_key(items: tuple[Item, ...], read: Callable[[str], str]) -> Mapping[str, list[Item]]:
    """Return the items by all that they are called; the next release mostly has the same ones."""
    found: dict[str, list[Item]] = {}
    for item in items:
        for key in _keys_of(item, read):
            known = found.setdefault(key, [])
            if item not in known:
                known.append(item)
    return found


def _keys_of(item: Item, read: Callable[[str], str]) -> Iterator[str]:
    bare = without_brackets(item.name)
    for name in filter(None, (item.name, bare, item.reading, *item.aliases)):
        yield from filter(None, _keys(name, read))


def _keys(name: str, read: Callable[[str], str]) -> tuple[str, ...]:
    bare = without_brackets(name)
    readings = (read(one) for one in dict.fromkeys((name, bare)))
    return tuple(dict.fromkeys(_key(one) for one in (name, *readings)))


def _things_of(text: str) -> Iterator[tuple[str, Strength]]:
    """Yield what a message may name, the longest first, with how plainly it asks to throw it away.

    A thing may end like a sentence does (いか, すだれ): it is cut step by step.
    """
    strength: Strength = "none"
    rest = _HEAD.sub("", text)
    while rest:
        yield rest, strength
        asked = _STRONG.sub("", rest)
        if asked != rest:
            rest, strength = asked, "strong"
            continue
        asked = _WEAK.sub("", rest)
        if asked != rest:
            rest, strength = asked, "weak" if strength == "none" else strength
            continue
        shorter = _ENDING.sub("", rest)
        if shorter == rest:
            return
        rest = shorter


def _fit(typed: str, known: str) -> tuple[int, int] | None:
    """Return how well a name fits what was typed, the best one lowest; None when not at all."""
    if min(len(typed), len(known)) < _SHORTEST_PART:
        return None
    apart = abs(len(typed) - len(known))
    if typed.endswith(known):
        return (0, apart)
    if known.startswith(typed) or known.endswith(typed):
        return (1, apart)
    return (2, apart) if typed in known or (known in typed and len(known) > 2) else None


def _key(name: str) -> str:
    return folded(name).replace("ー", "")
