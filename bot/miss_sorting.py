"""New misses into clusters, and what to do about each: a little at a time, beside the answering."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec

from bot.clusters import Known, assign, representatives
from bot.desk import InquiryDesk
from bot.errors import NoRelease
from bot.inbox import Cluster, ClusterStore, KnownCluster
from bot.inquiry import Miss, asked_again, new_id
from bot.likeness import portrait_of
from bot.proposals import Proposal, propose
from bot.question import Question
from bot.trial_phrasing import Member, PastQuestions

_AT_ONCE: Final = 100
_PROPOSED_AT_ONCE: Final = 5
_WORDINGS: Final = 8
"""How many wordings of a cluster are looked at; more would say the same."""

_ENCODER: Final = msgspec.json.Encoder()


@dataclass(frozen=True)
class Profile:
    """What staff are shown of a cluster: its wordings, the most typical first, and proposals."""

    wordings: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @cached_property
    def reasons(self) -> Mapping[str, tuple[str, ...]]:
        """Why each of the near entries was not given."""
        near = self.proposals[0].nearest if self.proposals else ()
        return {one.entry_id: (one.reason,) for one in near if one.reason}


_DECODER: Final = msgspec.json.Decoder(Profile)


def profile_of(cluster: Cluster) -> Profile:
    """Return what was worked out of a cluster; empty before that."""
    return _DECODER.decode(cluster.proposals) if cluster.proposals else Profile()


class MissSorter:
    """Sorts what is new whenever it is asked to; remembers what the known clusters are like."""

    def __init__(self, clusters: ClusterStore, desk: Callable[[], InquiryDesk]) -> None:
        self._clusters = clusters
        self._desk = desk
        self._release = 0
        self._members: dict[str, list[Member]] = {}
        self.is_behind = False

    def step(self, at: datetime) -> int:
        """Sort some misses and work out some proposals; return how many were dealt with.

        Slow (it ranks questions): call it in a thread.
        """
        try:
            desk = self._desk()
        except NoRelease:
            return 0
        if desk.release != self._release:
            self._release, self._members = desk.release, {}
        misses = self._clusters.unsorted(_AT_ONCE)
        self.is_behind = len(misses) == _AT_ONCE
        for release, some in itertools.groupby(misses, lambda miss: miss.inquiry.release):
            self._sort(desk, list(some), release, at)
        return len(misses) + self._propose(desk, at)

    def finish(self, at: datetime, told: Callable[[int], None] = lambda _: None) -> None:
        """Sort everything; `told` is called with how many were dealt with so far."""
        done = 0
        while step := self.step(at):
            done += step
            told(done)

    def _sort(self, desk: InquiryDesk, misses: Sequence[Miss], release: int, at: datetime) -> None:
        asked = {miss.inquiry.id: _member(desk, asked_again(miss.inquiry)) for miss in misses}
        known = [
            self._as_known(desk, one, at) for one in self._clusters.known() if _takes(one, release)
        ]
        found = assign(
            [(miss, member.portrait) for miss, member in asked.items()],
            known,
            lambda: new_id(at),
        )
        joined = {one.id for one in known}
        new: dict[str, list[Member]] = {}
        for miss, cluster in found.items():
            if cluster not in joined:
                new.setdefault(cluster, []).append(asked[miss])
            # Counted and chosen anew from all that was asked.
            self._members.pop(cluster, None)
        self._clusters.sort_in([_begun(one, some, at) for one, some in new.items()], found)
        self._clusters.outdate([one for one in set(found.values()) if one in joined])

    def _propose(self, desk: InquiryDesk, at: datetime) -> int:
        """Work out what to do about open clusters that changed, or that a release may change."""
        mark = str(desk.release)
        due = self._clusters.unproposed(mark, _PROPOSED_AT_ONCE)
        if not due:
            return 0
        for cluster in due:
            # What was remembered of it may have been erased since.
            self._members.pop(cluster.id, None)
        others = {
            one.id: self._members_of(desk, one.id, at)
            for one in self._clusters.known()
            if one.state == "open"
        }
        for cluster in due:
            members = others.get(cluster.id, [])
            past = [one for other, some in others.items() if other != cluster.id for one in some]
            profile = _profile(desk, members, past) if members else Profile()
            self._clusters.propose(cluster.id, _ENCODER.encode(profile), mark)
        return len(due)

    def _as_known(self, desk: InquiryDesk, cluster: KnownCluster, at: datetime) -> Known:
        members = self._members_of(desk, cluster.id, at)
        portraits = [one.portrait for one in members]
        return Known(cluster.id, portraits, absorbs=cluster.state == "rejected")

    def _members_of(self, desk: InquiryDesk, cluster_id: str, at: datetime) -> list[Member]:
        if cluster_id not in self._members:
            self._members[cluster_id] = [
                _member(desk, Question.from_text(text, "web", at), times)
                for text, times in self._clusters.texts(cluster_id, _WORDINGS)
            ]
        return self._members[cluster_id]


def _takes(cluster: KnownCluster, release: int) -> bool:
    """Tell whether a miss of a release may join a cluster.

    What was accepted should have been answered since it is public: a miss then is a new matter.
    """
    if cluster.state == "accepted":
        return cluster.release is None or release < cluster.release
    return cluster.state in ("open", "rejected")


def _member(desk: InquiryDesk, question: Question, times: int = 1) -> Member:
    return Member(question, portrait_of(desk, question), times)


def _begun(cluster_id: str, members: Sequence[Member], at: datetime) -> Cluster:
    (first,) = representatives([one.portrait for one in members], 1)
    return Cluster(cluster_id, members[first].question.text, at)


def _profile(desk: InquiryDesk, members: Sequence[Member], past: Iterable[Member]) -> Profile:
    order = representatives([one.portrait for one in members], len(members))
    wordings = tuple(members[one].question.text for one in order)
    return Profile(wordings, propose(desk, members, PastQuestions(list(past))))
