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
from bot.question import Question
from bot.ranking import Ranking
from bot.search import Search, Searched
from bot.signals import moments
from faq.entry import FaqEntry
from nlp.aspects import named

ANSWER_FROM: Final = 0.6
"""Least share of the first entry among the near ones for an answer, not a choice.

Of the examples in scripts/follow_ups.jsonl a quarter would be answered wrongly from .5 to .6.
"""

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
    """A message as it may go on with an entry: alone, and beside the entry and those around it.

    `is_near` tells whether the first entry found alone is one of those around; `behind` is by how
    much the score of the entry before is below the first one's, `stands_out` by how many standard
    deviations that is above the mean; `covered` is how much of the message one of the entries
    around covers; `strange` is how many of its words that name something none of them holds, and
    `is_held` tells whether the entry before holds all of these.
    """

    text: str
    terms: Sequence[str]
    alone: Searched
    beside: Ranking
    is_near: bool
    behind: float
    stands_out: float
    covered: float
    strange: int
    is_held: bool

    @classmethod
    def of(cls, question: Question, alone: Searched, before: FaqEntry, search: Search) -> Self:
        """Return a message as it may go on with the entry `before`."""
        ranking = alone.ranking
        # As it was searched: kana and slips hide the names of matters.
        terms = search.terms(ranking.text)
        names = named(terms)
        around = search.around(question, before)
        places = search.ranker.places_of((before.id, *around))
        best = ranking.best[0].score
        mean, spread = moments(ranking.scores)
        return cls(
            question.text,
            terms,
            alone,
            search.rank_beside(question, ranking, before, around),
            is_near=ranking.best[0].entry_id in around,
            behind=best - float(ranking.scores[places[0]]),
            stands_out=(best - mean) / spread if spread else 0.0,
            covered=float(ranking.signals.values["coverage"][places].max()),
            strange=search.strangers(names, around),
            is_held=bool(names) and search.speaks_of(before.id, names),
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
        """What tells a follow-up: alone it finds little, and more of it where the talk is.

        Bare names of matters begin a new question more often than not: these have features of
        their own.
        """
        return {
            "right": self.alone.sure.right,
            "lexical": self.alone.sure.features["lexical"],
            "stands_out": self.stands_out,
            "behind": self.behind,
            "covered": self.covered,
            "share": share_of_first(self.beside),
            "named": len(named(self.terms)),
            "held": float(self.is_held),
            "bare": float(self.is_bare),
            "bare_near": float(self.is_bare and self.is_near),
            "marked": float(self.is_marked),
            "noun": float(asks_on(self.text)),
        }

    @property
    def goes_on(self) -> bool:
        """Whether the message goes on with the entry."""
        model = shipped_model()
        return self.may_go_on and model.goes_on.probability(self.features) >= model.least

    @property
    def may_go_on(self) -> bool:
        """Whether it matters at all what was said before.

        Not where the message by itself is answered alike, nor where it names only matters that are
        strange to the topic and to the whole FAQ.
        """
        if self.alone.kind == "answered":
            return self.alone.ranking.best[0].entry_id != self.beside.best[0].entry_id
        says_nothing = not self.terms and not self.is_marked
        is_foreign = says_nothing or 0 < self.strange == len(named(self.terms))
        return not (is_foreign and self.alone.kind == "unanswered")


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
