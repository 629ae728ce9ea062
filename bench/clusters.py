"""Misses put together, proposals for them, rejected ones kept away, and forecasts checked.

python bench/clusters.py --faq FOLDER_OR_CSV --questions FILE... [--indexes FOLDER] [--seeds N]
    [--only clusters|proposals|rejected|forecast ...]

All questions are taken as misses. B-cubed counts each question alike: of its cluster, which share
shares a relevant entry with it (precision), and of those that share one, which share is in its
cluster (recall).
"""

import argparse
import itertools
import random
import tempfile
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from misses import Asked, asked_of, desk_of, reworded
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.clusters import Known, assign
from bot.likeness import Portrait, portrait_of, ranking_of
from bot.proposals import PHRASING_FROM, Proposal, propose
from bot.question import Question
from bot.trial_phrasing import PastQuestions
from faq.book import FaqBook
from faq.files.sources import read_book, read_questions
from nlp.normalise import normalise

PORTIONS: Final = 10
NEW_WORDINGS: Final = 200
REJECTED: Final = 12
REPLAYED_WORDINGS: Final = 3
CUTS: Final = (0.2, 0.25, 0.3, 0.34, PHRASING_FROM, 0.4, 0.45)


def main() -> None:
    parser = argparse.ArgumentParser(description="要対応のまとめ方と提案を測ります")
    parser.add_argument("--faq", required=True, type=Path, help="FAQ のフォルダ、または CSV")
    parser.add_argument("--questions", required=True, type=Path, nargs="+", help="点検用質問")
    parser.add_argument("--indexes", type=Path, help="索引を残しておくフォルダ")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    given = parser.parse_args()
    book = read_book(given.faq, normalise)
    golden = [one for path in given.questions for one in read_questions(path)]
    golden = [one for one in golden if one.relevant]
    gone = {entry_id for one in golden for entry_id in one.relevant}
    rest = replace(book, entries=tuple(one for one in book.entries if one.id not in gone))
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.indexes or Path(scratch)
        whole, removed = (asked_of(one, golden, folder) for one in (book, rest))
        for part in given.only:
            PARTS[part](whole, removed, given.seeds, folder)


def show_clusters(whole: Asked, removed: Asked, seeds: int, _folder: Path) -> None:
    table = Table("", "", "precision", "recall", "F1", "above baseline", title="B-cubed")
    for name, asked in (("FAQ whole", whole), ("relevant entries removed", removed)):
        baseline = b_cubed([one.first for one in asked.portraits], asked.relevant)
        daily = [b_cubed(in_portions(asked, seed), asked.relevant) for seed in range(seeds)]
        rows = {
            "same first entry": baseline,
            "all at once": b_cubed(at_once(asked), asked.relevant),
            f"{PORTIONS} portions, mean": tuple(np.mean(daily, axis=0)),
            f"{PORTIONS} portions, worst": min(daily, key=lambda one: one[2]),
        }
        for label, (precision, recall, both) in rows.items():
            cells = (*(f"{one:.3f}" for one in (precision, recall, both)),)
            table.add_row(name, label, *cells, f"{both - baseline[2]:+.3f}")
    Console().print(table)


def at_once(asked: Asked) -> list[str]:
    new = [(str(at), one) for at, one in enumerate(asked.portraits)]
    found = assign(new, [], numbered())
    return [found[miss] for miss, _ in new]


def in_portions(asked: Asked, seed: int) -> list[str]:
    """Return the cluster of each question when they come in portions, in random order."""
    fresh, found, members = numbered(), dict[str, str](), dict[str, list[int]]()
    order = np.random.default_rng(seed).permutation(len(asked.portraits))
    for portion in np.array_split(order, PORTIONS):
        known = known_of(asked, members)
        placed = assign([(str(at), asked.portraits[at]) for at in portion], known, fresh)
        found |= placed
        for at in portion:
            members.setdefault(placed[str(at)], []).append(int(at))
    return [found[str(at)] for at in range(len(order))]


def known_of(
    asked: Asked, members: Mapping[str, Sequence[int]], rejected: Sequence[str] = ()
) -> list[Known]:
    return [
        Known(name, [asked.portraits[at] for at in places], absorbs=name in rejected)
        for name, places in members.items()
    ]


def b_cubed(
    labels: Sequence[Hashable], relevant: Sequence[frozenset[str]]
) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    gold = np.array([[bool(one & other) for other in relevant] for one in relevant])
    same = np.array([[one == other for other in labels] for one in labels])
    both = (gold & same).sum(axis=1)
    precision, recall = (float((both / some.sum(axis=1)).mean()) for some in (same, gold))
    return precision, recall, 2 * precision * recall / (precision + recall)


def show_proposals(whole: Asked, removed: Asked, _seeds: int, _folder: Path) -> None:
    kept, lost = tops_of(whole), tops_of(removed)
    right = np.array(
        [one.entry_id in wanted for one, wanted in zip(kept, whole.relevant, strict=True)]
    )
    phrasing, new = (shares(some) for some in (kept, lost))
    table = Table("", "share", title="proposals")
    table.add_row("entry exists: top is a phrasing of a relevant entry", f"{right.mean():.3f}")
    table.add_row("entry exists: top is a new entry", f"{phrasing['new_entry']:.3f}")
    table.add_row("entry removed: top is a new entry", f"{new['new_entry']:.3f}")
    first = np.mean(
        [one.first in wanted for one, wanted in zip(whole.portraits, whole.relevant, strict=True)]
    )
    table.add_row(
        "for comparison: the first entry of a question's own ranking is relevant", f"{first:.3f}"
    )
    Console().print(table)
    _show_curve(whole, removed)


def _show_curve(whole: Asked, removed: Asked) -> None:
    table = Table("phrasing from", "right, entry exists", "new entry, removed", title="trade-off")
    for cut in CUTS:
        right = np.mean(
            [
                sure >= cut and first in wanted
                for (first, sure), wanted in zip(leads_of(whole), whole.relevant, strict=True)
            ]
        )
        new = np.mean([sure < cut for _, sure in leads_of(removed)])
        table.add_row(f"{cut:.2f}", f"{right:.3f}", f"{new:.3f}")
    Console().print(table)


def leads_of(asked: Asked) -> list[tuple[str, float]]:
    """Return for each question its cluster's leading entry and mean P(first is right)."""
    found: dict[int, tuple[str, float]] = {}
    for places in clusters_of(at_once(asked)).values():
        sums: dict[str, float] = {}
        for at in places:
            for entry_id, share in asked.portraits[at].profile.items():
                sums[entry_id] = sums.get(entry_id, 0.0) + share
        sure = float(np.mean([asked.portraits[at].right for at in places]))
        found |= dict.fromkeys(places, (max(sums, key=sums.__getitem__), sure))
    return [found[at] for at in range(len(asked.portraits))]


def tops_of(asked: Asked) -> list[Proposal]:
    """Return each question's cluster's top proposal."""
    found: dict[int, Proposal] = {}
    clusters = clusters_of(at_once(asked)).values()
    for places in track(clusters, "proposing", transient=True):
        found |= dict.fromkeys(places, propose(asked.desk, asked.members(places))[0])
    return [found[at] for at in range(len(asked.portraits))]


def shares(tops: Sequence[Proposal]) -> dict[str, float]:
    return {
        kind: float(np.mean([one.kind == kind for one in tops]))
        for kind in ("phrasing", "new_entry")
    }


def clusters_of(labels: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, label in enumerate(labels):
        found.setdefault(label, []).append(at)
    return found


def show_rejected(whole: Asked, removed: Asked, seeds: int, _folder: Path) -> None:
    came = ("new wordings", "stay away", "come back as a new cluster")
    table = Table("", "seed", *came, "held-out ones of the need stay away", "others still appear")
    table.title = f"{REJECTED} rejected, {NEW_WORDINGS} new wordings of each"
    for name, asked in (("FAQ whole", whole), ("relevant entries removed", removed)):
        for seed in range(seeds):
            table.add_row(name, str(seed), *_rejected(asked, seed))
    Console().print(table)


def _rejected(asked: Asked, seed: int) -> Iterator[str]:
    """Reject clusters of one half, then let new wordings and the other half come in."""
    chance = random.Random(seed)
    order = chance.sample(range(len(asked.portraits)), len(asked.portraits))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    fresh = numbered()
    placed = assign([(str(at), asked.portraits[at]) for at in first], [], fresh)
    members = clusters_of([placed[str(at)] for at in first])
    clusters = {name: [first[at] for at in places] for name, places in members.items()}
    rejected = chance.sample(sorted(clusters), REJECTED)
    portraits = {one.id: list(one.portraits) for one in known_of(asked, clusters)}
    old = set(portraits)
    new = {name: _new_wordings(asked, clusters[name], NEW_WORDINGS, chance) for name in rejected}
    away = back = 0
    for day in range(0, NEW_WORDINGS, NEW_WORDINGS // PORTIONS):
        batch = [
            (f"{name}-{at}", one)
            for name in rejected
            for at, one in enumerate(new[name][day : day + NEW_WORDINGS // PORTIONS])
        ]
        found = assign(batch, _as_known(portraits, rejected), fresh)
        for miss, portrait in batch:
            away += found[miss] in rejected
            back += found[miss] not in old
            portraits.setdefault(found[miss], []).append(portrait)
    needs = [
        frozenset[str]().union(*(asked.relevant[at] for at in clusters[one])) for one in rejected
    ]
    every = frozenset[str]().union(*needs)
    late = assign(
        [(str(at), asked.portraits[at]) for at in second], _as_known(portraits, rejected), fresh
    )
    same = [at for at in second if any(_is_same(asked, at, clusters[one]) for one in rejected)]
    others = [at for at in second if not asked.relevant[at] & every]
    total = REJECTED * NEW_WORDINGS
    yield from (f"{total}", f"{away / total:.4f}", f"{back / total:.4f}")
    yield f"{sum(late[str(at)] in rejected for at in same)} of {len(same)}"
    yield f"{np.mean([late[str(at)] not in rejected for at in others]):.3f} of {len(others)}"


def _as_known(portraits: Mapping[str, Sequence[Portrait]], rejected: Sequence[str]) -> list[Known]:
    return [Known(name, some, absorbs=name in rejected) for name, some in portraits.items()]


def _is_same(asked: Asked, at: int, places: Sequence[int]) -> bool:
    return 2 * sum(bool(asked.relevant[at] & asked.relevant[one]) for one in places) > len(places)


def _new_wordings(
    asked: Asked, places: Sequence[int], many: int, chance: random.Random
) -> list[Portrait]:
    known = {asked.questions[at].text for at in places}
    found: dict[str, Question] = {}
    while len(found) < many:
        question = reworded(asked.questions[chance.choice(places)], chance)
        if question.text not in known:
            found[question.text] = question
    return [portrait_of(asked.desk, one) for one in found.values()]


def show_forecast(whole: Asked, _removed: Asked, seeds: int, folder: Path) -> None:
    """Forecast on one half of the misses, publish all phrasings, and ask the other half."""
    table = Table("seed", "misses", "phrasings", "forecast", "answered with them in the other half",
                  "of them rightly", title="forecast of recovered questions")  # fmt: skip
    replayed = _replayed(whole)
    sums = np.zeros(4, dtype=int)
    for seed in range(seeds):
        counts = _forecast(replayed, seed, folder)
        sums += counts
        table.add_row(str(seed), str(len(replayed.questions)), *map(str, counts))
    table.add_row("all", "", *map(str, sums), end_section=True)
    Console().print(table)
    print(f"forecast / answered: {sums[1] / max(sums[2], 1):.2f}")


def _replayed(asked: Asked) -> Asked:
    """Return what was not answered, each question also in a few other words."""
    chance = random.Random(0)
    pairs = [
        (question, wanted)
        for asking, wanted in zip(asked.questions, asked.relevant, strict=True)
        for question in (asking, *(reworded(asking, chance) for _ in range(REPLAYED_WORDINGS)))
    ]
    portraits = [portrait_of(asked.desk, one) for one, _ in track(pairs, "ranking", transient=True)]
    every = replace(
        asked,
        questions=[one for one, _ in pairs],
        portraits=portraits,
        relevant=[wanted for _, wanted in pairs],
    )
    return every.only([at for at, one in enumerate(portraits) if one.kind != "answered"])


def _forecast(asked: Asked, seed: int, folder: Path) -> NDArray[np.int_]:
    order = np.random.default_rng(seed).permutation(len(asked.portraits)).tolist()
    half, other = asked.only(order[::2]), asked.only(order[1::2])
    found = []
    for places in track(clusters_of(at_once(half)).values(), "proposing", transient=True):
        rest = [at for at in range(len(half.portraits)) if at not in set(places)]
        past = PastQuestions(half.members(rest))
        found.append(propose(half.desk, half.members(places), past)[0])
    phrasings = [one for one in found if one.kind == "phrasing"]
    book = _with_phrasings(asked.book, phrasings)
    desk = desk_of(book, folder, asked.book)
    given = [desk.search.searched(ranking_of(desk, one)) for one in other.questions]
    changed = {one.entry_id for one in phrasings}
    answered = [
        one.ranking.best[0].entry_id in wanted
        for one, wanted in zip(given, other.relevant, strict=True)
        if one.kind == "answered" and one.ranking.best[0].entry_id in changed
    ]
    forecast = sum(one.recovers for one in phrasings)
    return np.array([len(phrasings), forecast, len(answered), sum(answered)])


def _with_phrasings(book: FaqBook, added: Sequence[Proposal]) -> FaqBook:
    wordings: dict[str, list[str]] = {}
    for one in added:
        wordings.setdefault(one.entry_id or "", []).append(one.wording)
    return replace(
        book,
        entries=tuple(
            replace(one, phrasings=(*one.phrasings, *dict.fromkeys(wordings.get(one.id, ()))))
            for one in book.entries
        ),
    )


def numbered() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"c{next(numbers)}"


PARTS: Final[Mapping[str, Callable[[Asked, Asked, int, Path], None]]] = {
    "clusters": show_clusters,
    "proposals": show_proposals,
    "rejected": show_rejected,
    "forecast": show_forecast,
}


if __name__ == "__main__":
    main()
