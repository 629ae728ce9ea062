"""Whether a message goes on with what was just answered: いくら？ どこで？ じゃあ印鑑証明は？"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Self

import msgspec

from bot.confidence import Logistic
from bot.features import Features
from bot.ranking import Ranking
from bot.search import Search, Searched
from faq.entry import FaqEntry
from nlp.aspects import named

ANSWER_FROM: Final = 0.5
"""Least share of the first entry among the near ones for an answer, not a choice."""

ELSEWHERE_FROM: Final = 0.8
"""The same for another entry in place of the hours, where only a day is named (年末は？)."""

_NEAR: Final = 5

_LONGEST: Final = 22

_OF_BARE: Final = ("same_topic", "topic_share", "held")

_MARKER: Final = re.compile(
    r"^(?:じゃあ?|では|それじゃあ?|それなら|そしたら|それ|その|そこ|そちら|これ|この(?:場合|手続|書類|証明)|"
    r"あと(?:は)?|ちなみに|ついでに|で、|さっきの|上の|今の(?:は|話)|そうすると|だったら|なら|ほかに|他に)"
)
_ASKING_NOUN: Final = re.compile(
    r"(?:は|も|の(?:場合|とき|時|ほう|方|分)(?:は|も)?|だと|なら|だったら)[?!。\s]*$"
)


class FollowUpModel(msgspec.Struct, frozen=True):
    """How likely a message goes on with the entry before; fitted by scripts/fit_follow_ups.py."""

    goes_on: Logistic
    least: float


@cache
def shipped_model() -> FollowUpModel:
    """Return the fitted model."""
    data = files("bot").joinpath("data/follow_ups.json").read_bytes()
    return msgspec.json.decode(data, type=FollowUpModel)


@dataclass(frozen=True)
class Heard:
    """A message as it may go on with an entry: alone, and beside the entry of that topic.

    `topic_share` is how much of what it finds alone is of the topic; `strange` is how many of its
    words that name something no entry of the topic holds; `is_held` and `is_held_beside` tell
    whether the entry before, and the first one beside it, hold all of them.
    """

    text: str
    terms: Sequence[str]
    alone: Searched
    beside: Ranking
    is_same_topic: bool
    topic_share: float
    strange: int
    is_held: bool
    is_held_beside: bool

    @classmethod
    def of(
        cls, text: str, alone: Searched, before: FaqEntry, beside: Ranking, search: Search
    ) -> Self:
        """Return a message as it may go on with the entry `before`."""
        terms = search.terms(text)
        names = named(terms)
        first = search.first_of(alone.ranking)
        return cls(
            text,
            terms,
            alone,
            beside,
            is_same_topic=first is not None and first.topic == before.topic,
            topic_share=search.topic_share(alone.ranking, before.topic),
            strange=search.strangers(names, before.topic),
            is_held=bool(names) and search.speaks_of(before.id, names),
            is_held_beside=bool(names) and search.speaks_of(beside.best[0].entry_id, names),
        )

    @property
    def is_marked(self) -> bool:
        """Whether it begins with a word that takes up what was said (じゃあ, それは)."""
        return bool(_MARKER.match(self.text))

    @property
    def is_bare(self) -> bool:
        """Whether it is nothing but the names of matters (税金, 保育園の申し込み)."""
        names = named(self.terms)
        is_plain = not self.is_marked and not asks_on(self.text)
        return is_plain and bool(names) and len(names) == len(self.terms)

    @property
    def features(self) -> Features:
        """What tells a follow-up: it is short, names little, and finds something of the topic.

        Bare names of matters begin a new question more often than not: they have features of their
        own.
        """
        found = self._features
        return dict(found) | {f"bare_{name}": found["bare"] * found[name] for name in _OF_BARE}

    @property
    def _features(self) -> Features:
        return {
            "right": self.alone.sure.right,
            "strange": self.strange,
            "share": share_of_first(self.beside),
            "length": len(self.text) / 20,
            "named": len(named(self.terms)),
            "same_topic": float(self.is_same_topic),
            "topic_share": self.topic_share,
            "held": float(self.is_held),
            "held_beside": float(self.is_held_beside),
            "bare": float(self.is_bare),
            "marked": float(self.is_marked),
            "noun": float(asks_on(self.text)),
        }

    @property
    def goes_on(self) -> bool:
        """Whether the message goes on with the entry.

        What names only matters that are strange to the topic and to the whole FAQ does not.
        """
        model = shipped_model()
        says_nothing = not self.terms and not self.is_marked
        is_foreign = says_nothing or 0 < self.strange == len(named(self.terms))
        if is_foreign and self.alone.kind == "unanswered":
            return False
        return model.goes_on.probability(self.features) >= model.least


def asks_on(text: str) -> bool:
    """Tell whether a message asks on with another noun (エアコンは？)."""
    return bool(_ASKING_NOUN.search(text))


def needs_context(text: str, terms: Sequence[str]) -> bool:
    """Tell whether a message asks something of a matter that it does not name (いくら？)."""
    says_something = bool(terms) or bool(_MARKER.match(text))
    return says_something and len(text) <= _LONGEST and not named(terms)


def share_of_first(ranking: Ranking) -> float:
    """Return how much of the near entries' weight the first one has (softmax of the scores)."""
    scores = [one.score for one in ranking.best[:_NEAR]]
    return 1.0 / sum(math.exp(score - scores[0]) for score in scores) if scores else 0.0
