"""Whether a message goes on with what was just answered: いくら？ どこで？ じゃあ印鑑証明は？"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from bot.confidence import Logistic
from bot.features import Features
from bot.ranking import Ranking
from bot.search import Searched
from faq.book import FaqBook

ANSWER_FROM: Final = 0.5
"""Least share of the first entry among the near ones for an answer, not a choice."""

ELSEWHERE_FROM: Final = 0.8
"""The same for another entry in place of the hours, where only a day is named (年末は？)."""

_NEAR: Final = 5

_LONGEST: Final = 22

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

    `strange` is how many of its words that name something no entry of the topic holds.
    """

    text: str
    terms: Sequence[str]
    alone: Searched
    beside: Ranking
    book: FaqBook
    topic: str
    strange: int

    @property
    def features(self) -> Features:
        """What tells a follow-up: it is short, names little, and finds something of the topic."""
        first = self.alone.ranking.best
        same = bool(first) and self.book.by_id[first[0].entry_id].topic == self.topic
        return {
            "right": self.alone.sure.right,
            "strange": self.strange,
            "share": share_of_first(self.beside),
            "length": len(self.text) / 20,
            "named": len(named(self.terms)),
            "same_topic": float(same),
            "marked": float(bool(_MARKER.match(self.text))),
            "noun": float(asks_on(self.text)),
        }

    @property
    def goes_on(self) -> bool:
        """Whether the message goes on with the entry.

        What names only matters that are strange to the topic and to the whole FAQ does not.
        """
        model = shipped_model()
        says_nothing = not self.terms and not self.features["marked"]
        is_foreign = says_nothing or 0 < self.strange == len(named(self.terms))
        if is_foreign and self.alone.kind == "unanswered":
            return False
        return model.goes_on.probability(self.features) >= model.least


def named(terms: Sequence[str]) -> list[str]:
    """Return the words that name a matter, of a message's content words."""
    return [term for term in terms if not is_aspect(term)]


def asks_on(text: str) -> bool:
    """Tell whether a message asks on with another noun (エアコンは？)."""
    return bool(_ASKING_NOUN.search(text))


def needs_context(text: str, terms: Sequence[str]) -> bool:
    """Tell whether a message asks something of a matter that it does not name (いくら？)."""
    says_something = bool(terms) or bool(_MARKER.match(text))
    return says_something and len(text) <= _LONGEST and all(map(is_aspect, terms))


def share_of_first(ranking: Ranking) -> float:
    """Return how much of the near entries' weight the first one has (softmax of the scores)."""
    scores = [one.score for one in ranking.best[:_NEAR]]
    return 1.0 / sum(math.exp(score - scores[0]) for score in scores) if scores else 0.0


def is_aspect(term: str) -> bool:
    """Tell whether a content word asks something of a matter without naming it."""
    return term.removesuffix("ない") in _aspects() or not term.strip("0123456789")


@cache
def _aspects() -> frozenset[str]:
    lines = files("nlp").joinpath("data/aspects.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
