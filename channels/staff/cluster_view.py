"""What the page of one cluster shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.inbox import Cluster
from bot.miss_sorting import Profile, profile_of
from bot.question import Question
from channels.staff.console import Console
from channels.staff.explaining import Share, explained
from channels.staff.pages import section_names
from faq.entry import FaqEntry

_TEXTS: Final = 30
_MEMBERS: Final = 100
_NEAR: Final = 4
_CHOICES: Final = 8


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near to a cluster, why it was not given, and what its score is made of."""

    entry: FaqEntry
    reasons: tuple[str, ...]
    score: float
    shares: tuple[Share, ...]


def cluster_view(console: Console, cluster_id: str, searched: str) -> Mapping[str, Any]:
    """Return the values of the page; `searched` finds entries to choose from."""
    at = console.clock()
    count = console.clusters.count(cluster_id, at)
    profile = profile_of(count.cluster)
    texts = console.clusters.texts(cluster_id, _TEXTS)
    book = console.live.desk.book
    return {
        "one": count,
        "found": profile,
        "texts": texts,
        "members": console.clusters.members(cluster_id, _MEMBERS),
        "notes": console.clusters.notes(cluster_id),
        "nearest": _nearest(console, count.cluster, profile) if texts else [],
        "choices": _choices(console, searched or count.cluster.title),
        "wording": profile.wordings[0] if profile.wordings else "",
        "questions": {entry.id: entry.question for entry in book.entries},
        "offices": section_names(book),
    }


def _nearest(console: Console, cluster: Cluster, profile: Profile) -> list[Near]:
    desk = console.live.desk
    asked = Question.from_text(cluster.title, "staff", console.clock())
    ranking = desk.search.rank(asked)
    reasons = profile.reasons
    return [
        Near(one.entry, reasons.get(one.entry.id, ()), one.score, one.shares)
        for one in explained(desk, ranking, _NEAR)
    ]


def _choices(console: Console, words: str) -> list[FaqEntry]:
    desk = console.live.desk
    return list(desk.search.suggest(words, console.clock(), limit=_CHOICES))
