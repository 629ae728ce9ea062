"""Whether a message goes on with what was just answered: いくら？ どこで？ じゃあ印鑑証明は？"""

import math
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from bot.ranking import Ranking
from bot.search import Searched
from faq.book import FaqBook

ANSWER_FROM: Final = 0.3
"""Least share of the first entry among the near ones for an answer, not a choice."""

_NEAR: Final = 5
_SHORT: Final = 16

_LONGEST: Final = 22
_LONGEST_MARKED: Final = 30
_LONGEST_WITH_NOUN: Final = 14
_SURE: Final = 0.75

_MARKER: Final = re.compile(
    r"^(?:じゃあ?|では|それじゃあ?|それなら|そしたら|それ|その|そこ|そちら|これ|この(?:場合|手続|書類|証明)|"
    r"あと(?:は)?|ちなみに|ついでに|で、|さっきの|上の|今の(?:は|話)|そうすると|だったら|なら|ほかに|他に)"
)
_ASKING_NOUN: Final = re.compile(
    r"(?:は|も|の(?:場合|とき|時|ほう|方|分)(?:は|も)?|だと|なら|だったら)[?!。\s]*$"
)

Standing = Literal["own", "goes_on", "bare"]


def standing(text: str, terms: Sequence[str], searched: Searched, *, has_context: bool) -> Standing:
    """Tell whether a message stands on its own, goes on with what was answered, or cannot be
    understood without it (`bare`: nothing was answered yet).

    What names its own subject plainly enough to be found stands on its own.
    """
    found = searched.kind == "answered" and searched.sure.right >= _SURE
    says_something = bool(terms) or bool(_MARKER.match(text))
    says_nothing = says_something and len(text) <= _LONGEST and all(map(is_aspect, terms))
    if not has_context:
        return "bare" if says_nothing and searched.kind != "answered" else "own"
    is_marked = bool(_MARKER.match(text)) and len(text) <= _LONGEST_MARKED
    if says_nothing or (is_marked and not found):
        return "goes_on"
    is_noun = len(text) <= _LONGEST_WITH_NOUN and bool(_ASKING_NOUN.search(text))
    return "goes_on" if is_noun and not found else "own"


def share_of_first(ranking: Ranking) -> float:
    """Return how much of the near entries' weight the first one has (softmax of the scores)."""
    scores = [one.score for one in ranking.best[:_NEAR]]
    return 1.0 / sum(math.exp(score - scores[0]) for score in scores) if scores else 0.0


def is_near(text: str, alone: Ranking, beside: Ranking, book: FaqBook, topic: str) -> bool:
    """Tell whether a short message that found nothing sure alone means something of that topic."""
    if len(text) > _SHORT or not beside.best:
        return False
    first = beside.best[0].entry_id
    found_alone = {one.entry_id for one in alone.best[:_NEAR]}
    return first in found_alone and book.by_id[first].topic == topic


def is_aspect(term: str) -> bool:
    """Tell whether a content word asks something of a matter without naming it."""
    return term.removesuffix("ない") in _aspects() or not term.strip("0123456789")


@cache
def _aspects() -> frozenset[str]:
    lines = files("nlp").joinpath("data/aspects.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
