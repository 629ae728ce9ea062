"""What needs staff (要対応): misses in clusters of the same need, and what was decided of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from bot.inquiry import Inquiry, Miss, MissReason
from bot.question import Channel

ClusterState = Literal["open", "accepted", "rejected", "erasing", "erased"]

STATE_LABELS: Final[Mapping[ClusterState, str]] = {
    "open": "未処理",
    "accepted": "FAQに反映",
    "rejected": "対応しない",
    "erasing": "消去を待っている",
    "erased": "消去した",
}

Decision = Literal["", "phrasing", "new_entry", "not_ours", "small_talk", "personal_data"]

TREND: Final = timedelta(days=7)
"""The days that are compared with as many before them."""

ERASED_AFTER: Final = timedelta(minutes=10)
"""How long erasing can still be taken back."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Misses of the same need, as staff see and decide them.

    `section` is the owner (office id) it is assigned to; `entry_id` the entry it was accepted
    into, public since `release`; `proposals` is what bot.proposals made of it, encoded, worked out
    for what `proposed_for` names.
    """

    id: str
    title: str
    created_at: datetime
    state: ClusterState = "open"
    section: str = ""
    decision: Decision = ""
    entry_id: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    release: int | None = None
    proposals: bytes = b""
    proposed_for: str = ""

    def decided(
        self, state: ClusterState, decision: Decision, by: str, at: datetime, entry_id: str = ""
    ) -> "Cluster":
        """Return the cluster with what staff decided of it."""
        return replace(
            self,
            state=state,
            decision=decision,
            entry_id=entry_id,
            decided_by=by,
            decided_at=at,
            release=None,
        )

    def erased(self) -> "Cluster":
        """Return the cluster without anything that a citizen wrote."""
        return replace(self, state="erased", title="", proposals=b"", proposed_for="")

    def reopened(self) -> "Cluster":
        """Return the cluster as it was before anything was decided."""
        return replace(
            self,
            state="open",
            decision="",
            entry_id="",
            decided_by="",
            decided_at=None,
            release=None,
        )


@dataclass(frozen=True, slots=True)
class KnownCluster:
    """A cluster as far as sorting needs it."""

    id: str
    state: ClusterState
    release: int | None


@dataclass(frozen=True, slots=True)
class ClusterCount:
    """A cluster with how often, when and where its need was asked for.

    `lately` counts the last seven days, `earlier` the seven before.
    """

    cluster: Cluster
    misses: int
    lately: int
    earlier: int
    first_at: datetime
    last_at: datetime
    channels: Mapping[Channel, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """An inquiry of a cluster; without a reason when its citizen found help after all."""

    inquiry: Inquiry
    reason: MissReason | None


@dataclass(frozen=True, slots=True)
class Note:
    """What a member of staff wrote about a cluster, for the others."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which clusters to show; what is empty does not narrow it."""

    state: ClusterState = "open"
    channel: Channel | Literal[""] = ""
    reason: MissReason | Literal[""] = ""
    section: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of clusters, those asked most often first, and how many there are in all."""

    clusters: tuple[ClusterCount, ...]
    total: int


class ClusterStore(Protocol):
    """Keeps which misses belong together and what was decided of them."""

    def unsorted(self, limit: int) -> list[Miss]:
        """Return misses that are in no cluster yet, the oldest first."""
        ...

    def sort_in(self, new: Sequence[Cluster], members: Mapping[str, str]) -> None:
        """Keep new clusters, and to which cluster each miss (inquiry id) belongs."""
        ...

    def cluster(self, cluster_id: str) -> Cluster:
        """Return a cluster; raises UnknownCluster."""
        ...

    def clusters(self, states: Sequence[ClusterState]) -> list[Cluster]:
        """Return the clusters in some states, the oldest first."""
        ...

    def put(self, cluster: Cluster) -> None:
        """Keep a cluster as it is given; raises UnknownCluster."""
        ...

    def unproposed(self, mark: str, limit: int) -> list[Cluster]:
        """Return open clusters whose proposals were not worked out for a mark."""
        ...

    def propose(self, cluster_id: str, proposals: bytes, mark: str) -> None:
        """Keep what was worked out of a cluster for a mark; what staff decided stays."""
        ...

    def outdate(self, cluster_ids: Sequence[str]) -> None:
        """Have the proposals of clusters worked out anew."""
        ...

    def texts(self, cluster_id: str, limit: int) -> list[tuple[str, int]]:
        """Return the different wordings of a cluster with how often each was asked, most first."""
        ...

    def members(self, cluster_id: str, limit: int) -> list[Member]:
        """Return the inquiries of a cluster, the latest first."""
        ...

    def inquiry_ids(self, cluster_id: str) -> list[str]:
        """Return the ids of all inquiries of a cluster."""
        ...

    def count(self, cluster_id: str, at: datetime) -> ClusterCount:
        """Return a cluster with its counts; raises UnknownCluster."""
        ...

    def page(self, wanted: InboxFilter, at: datetime, first: int, limit: int) -> InboxPage:
        """Return clusters with their counts, from the `first` (0) on."""
        ...

    def known(self) -> list[KnownCluster]:
        """Return which clusters there are, without what they hold."""
        ...

    def published(self, entry_ids: Sequence[str], release: int) -> None:
        """Note the release in which what was accepted into entries became public."""
        ...

    def add_note(self, cluster_id: str, note: Note) -> None:
        """Keep a note."""
        ...

    def notes(self, cluster_id: str) -> list[Note]:
        """Return the notes of a cluster, the oldest first."""
        ...
