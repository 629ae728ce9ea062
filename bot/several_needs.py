"""Several needs in one message: which cuts part them, and what is found for each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from bot.confidence import Logistic
from bot.features import Features
from bot.message_cuts import COMPARING, Cut, cuts_of
from bot.question import Question
from bot.search import Search, Searched
from nlp.aspects import named
from nlp.personal_data import MaskedText

MOST: Final = 3
"""How many needs of one message are answered, at most."""

RIGHT_FROM: Final = 0.4
"""Least P(the first entry is right) of a part that is answered though the other found nothing."""

FOUND_NOTHING: Final = 0.15
"""Below this P(right) a part found nothing: it is not answered, and named if it was added."""

_TRIED: Final = 2
"""How many cuts of a message are searched: each costs two rankings."""

_MANY_NAMES: Final = 3
_JOINTS: Final = ("added", "noun", "space", "clause")
_REQUEST: Final = re.compile(
    r"(?:か|(?:たい|ほしい|欲しい)(?:です|んです|のです|の|んだけど|んですけど|のですが|んですが|けど)?|"
    r"教えて(?:ください|下さい|ほしい)?|ください|下さい|お願いします|は|について|方法|方|の件|"
    r"の?手続き?|申請|料金|届|いる|いります|必要です?|の)$"
)
_STATEMENT: Final = re.compile(r"(?:た|です|ます|だ|てる|ている|ので|んで|が|けど|て|から|ない)$")
_ALSO: Final = re.compile(r"も(?!う|し|の|ら|っ|ど)")
_COMPARING: Final = re.compile(COMPARING)
_TAKING_UP: Final = re.compile(
    r"^(?:それ(?!から|と|に)|その|そこ|これ|この|でも|だけど|なので|だから|なぜ|どう|何|いつ|どこ|いくら)"
)


class SeveralNeedsModel(msgspec.Struct, frozen=True):
    """How likely a cut parts two needs; fitted by scripts/fit_several_needs.py.

    `plausible` reads the words alone and says which cuts are worth searching, `parts` also reads
    what the message and its parts find.
    """

    plausible: Logistic
    plausible_from: float
    parts: Logistic
    parts_from: float


@cache
def shipped_model() -> SeveralNeedsModel:
    """Return the fitted model."""
    data = files("bot").joinpath("data/several_needs.json").read_bytes()
    return msgspec.json.decode(data, type=SeveralNeedsModel)


@dataclass(frozen=True)
class Needs:
    """What a message asks for: what was found for its parts, and the parts that found nothing."""

    found: tuple[Searched, ...]
    unfound: tuple[MaskedText, ...] = ()


@dataclass(frozen=True)
class Halves:
    """A cut of a message, and what the message and its two parts find.

    `is_held` tells whether the entry of the left part holds all that the right one names.
    """

    cut: Cut
    told: Features
    whole: Searched
    left: Searched
    right: Searched
    is_held: bool

    @property
    def are_answered(self) -> bool:
        """Whether both parts find an entry, each another one."""
        if _is_lost(self.left) or _is_lost(self.right):
            return False
        return self.left.ranking.best[0].entry_id != self.right.ranking.best[0].entry_id

    @property
    def probability(self) -> float:
        """P(the cut parts two needs)."""
        return shipped_model().parts.probability(self.features) if self.are_answered else 0.0

    @property
    def features(self) -> Features:
        """What tells two needs: each part is sure of an entry that the other part is far from, and
        the whole message is near both.

        `apart` and `beside` are in standard deviations of the signals, as scores are.
        """
        whole, one, other = (at.ranking.scores for at in (self.whole, self.left, self.right))
        first, left, right = (at.ranking.places[0] for at in (self.whole, self.left, self.right))
        return {
            **self.told,
            "right_low": min(self.left.sure.right, self.right.sure.right),
            "right_second": self.right.sure.right,
            "apart": float(min(one[left] - one[right], other[right] - other[left])),
            "beside": float(whole[first] - min(whole[left], whole[right])),
            "held": float(self.is_held),
        }


class NeedFinder:
    """Finds the needs of messages in one book."""

    def __init__(self, search: Search, is_fixed: Callable[[str], bool]) -> None:
        self._search = search
        self._is_fixed = is_fixed

    def several(self, question: Question, whole: Searched, depth: int) -> Needs | None:
        """Return what is found for each need of a message that asks for two or three things."""
        found: list[Searched] = []
        unfound: list[MaskedText] = []
        waiting = [(question, whole)]
        while waiting:
            if len(found) + len(unfound) + len(waiting) > MOST:
                return None
            part, searched = waiting.pop()
            halves = self._parted(part, searched, depth)
            if halves is None:
                found.append(searched)
                continue
            right = question.put_as(halves.cut.right)
            if halves.are_answered:
                waiting.append((right, halves.right))
            else:
                unfound.append(right.text)
            waiting.append((question.put_as(halves.cut.left), halves.left))
        is_several = len(found) + len(unfound) > 1 and _are_different(found)
        return Needs(tuple(found), tuple(unfound)) if is_several else None

    def cuts(self, text: str) -> list[tuple[Cut, Features]]:
        """Return the cuts whose parts both name a matter, with what their words tell."""
        cuts = cuts_of(text, self._search.words(text))
        return [
            (cut, told_of(cut, len(self._names(cut.right))))
            for cut in cuts
            if self._names(cut.left) and self._names(cut.right)
        ]

    def halves(
        self, question: Question, whole: Searched, cut: Cut, told: Features, depth: int
    ) -> Halves:
        """Return what the parts of a cut find."""
        parts = [question.put_as(part) for part in (cut.left, cut.right)]
        left, right = map(self._search.searched, self._search.rank_together(parts, depth=depth))
        is_held = bool(left.ranking.best) and self._search.speaks_of(
            left.ranking.best[0].entry_id, self._names(cut.right)
        )
        return Halves(cut, told, whole, left, right, is_held)

    def _parted(self, question: Question, whole: Searched, depth: int) -> Halves | None:
        """Return the halves that ask for different things; the right one may have found nothing."""
        halves = self._tried(question, whole, depth)
        likeliest = max(halves, key=lambda one: one.probability, default=None)
        if likeliest and likeliest.probability >= shipped_model().parts_from:
            return likeliest
        return next(filter(self._is_half_found, halves), None)

    def _tried(self, question: Question, whole: Searched, depth: int) -> list[Halves]:
        """Return what the parts of the most plausible cuts find."""
        model = shipped_model()
        cuts = [
            (model.plausible.probability(told), cut, told) for cut, told in self.cuts(question.text)
        ]
        likely = sorted(cuts, key=lambda one: -one[0])[:_TRIED]
        return [
            self.halves(question, whole, cut, told, depth)
            for share, cut, told in likely
            if share >= model.plausible_from
        ]

    def _is_half_found(self, halves: Halves) -> bool:
        """Tell whether what is added asks for something that no entry answers: it is named then."""
        is_added = halves.cut.border.joint == "added"
        is_half = _is_sure(halves.left) and _is_lost(halves.right)
        return is_added and is_half and not self._is_fixed(halves.right.ranking.text)

    def _names(self, text: str) -> list[str]:
        return named(self._search.terms(text))


def _are_different(found: Sequence[Searched]) -> bool:
    return len({one.ranking.best[0].entry_id for one in found}) == len(found)


def _is_sure(part: Searched) -> bool:
    """Tell whether a part found its entry."""
    return part.kind != "unanswered" and part.sure.right >= RIGHT_FROM


def _is_lost(part: Searched) -> bool:
    """Tell whether a part found nothing."""
    return part.kind == "unanswered" or part.sure.right < FOUND_NOTHING


def told_of(cut: Cut, names: int) -> Features:
    """Return what the words of a cut tell, whose right part names so many matters."""
    asks = (bool(_REQUEST.search(cut.left)), bool(_REQUEST.search(cut.right)))
    both = f"{cut.left} {cut.right}"
    return {
        **{joint: float(cut.border.joint == joint) for joint in _JOINTS},
        "also": float(bool(_ALSO.search(cut.right))),
        "comparing": float(bool(_COMPARING.search(both))),
        "taking_up": float(bool(_TAKING_UP.search(cut.right))),
        "both_ask": float(all(asks)),
        "story": float(not asks[0] and bool(_STATEMENT.search(cut.left))),
        "names": float(min(names, _MANY_NAMES)),
        "length": min(len(cut.left), len(cut.right)) / 10,
    }
