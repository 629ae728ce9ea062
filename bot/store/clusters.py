"""Rows of clusters, of the misses in them, and of what staff noted about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Select,
    Subquery,
    and_,
    func,
    insert,
    select,
    update,
)

from bot.errors import UnknownCluster
from bot.inbox import (
    TREND,
    Cluster,
    ClusterCount,
    ClusterState,
    InboxFilter,
    InboxPage,
    KnownCluster,
    Member,
    Note,
)
from bot.inquiry import Miss, MissReason, miss_reason
from bot.question import CHANNEL_LABELS
from bot.store.database import upsert
from bot.store.inquiries import IS_MISS, inquiry_from, miss_from
from bot.store.schema import CLUSTER_MEMBERS, CLUSTER_NOTES, CLUSTERS, FEEDBACK, INQUIRIES

_OF: Final = CLUSTER_MEMBERS.c.cluster_id
_NOT_HELPFUL: Final = FEEDBACK.c.helpful.is_(False)
_UNHEARD: Final = FEEDBACK.c.helpful.is_(None)


class SqlClusters:
    """Clusters in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unsorted(self, limit: int) -> list[Miss]:
        """Return misses that are in no cluster yet, the oldest first."""
        query = (
            select(INQUIRIES, FEEDBACK.c.helpful)
            .outerjoin(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
            .outerjoin(CLUSTER_MEMBERS, CLUSTER_MEMBERS.c.inquiry_id == INQUIRIES.c.id)
            .where(CLUSTER_MEMBERS.c.inquiry_id.is_(None), INQUIRIES.c.text != "", IS_MISS)
            .order_by(INQUIRIES.c.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [miss_from(row) for row in connection.execute(query)]

    def sort_in(self, new: Sequence[Cluster], members: Mapping[str, str]) -> None:
        """Keep new clusters, and to which cluster each miss (inquiry id) belongs."""
        rows = [{"inquiry_id": one, "cluster_id": cluster} for one, cluster in members.items()]
        with self._engine.begin() as connection:
            if new:
                connection.execute(insert(CLUSTERS), [_values(one) for one in new])
            if rows:
                connection.execute(
                    upsert(connection, CLUSTER_MEMBERS).on_conflict_do_nothing(), rows
                )

    def cluster(self, cluster_id: str) -> Cluster:
        """Return a cluster; raises UnknownCluster."""
        query = select(CLUSTERS).where(CLUSTERS.c.id == cluster_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise UnknownCluster(f"要対応 {cluster_id} はありません")
        return Cluster(**row._mapping)

    def clusters(self, states: Sequence[ClusterState]) -> list[Cluster]:
        """Return the clusters in some states, the oldest first."""
        query = select(CLUSTERS).where(CLUSTERS.c.state.in_(states)).order_by(CLUSTERS.c.id)
        with self._engine.connect() as connection:
            return [Cluster(**row._mapping) for row in connection.execute(query)]

    def known(self) -> list[KnownCluster]:
        """Return which clusters there are, without what they hold."""
        query = select(CLUSTERS.c.id, CLUSTERS.c.state, CLUSTERS.c.release).order_by(CLUSTERS.c.id)
        with self._engine.connect() as connection:
            return [KnownCluster(*row) for row in connection.execute(query)]

    def put(self, cluster: Cluster) -> None:
        """Keep a cluster as it is given; raises UnknownCluster."""
        changed = update(CLUSTERS).where(CLUSTERS.c.id == cluster.id).values(_values(cluster))
        with self._engine.begin() as connection:
            done = connection.execute(changed)
        if not done.rowcount:
            raise UnknownCluster(f"要対応 {cluster.id} はありません")

    def unproposed(self, mark: str, limit: int) -> list[Cluster]:
        """Return open clusters whose proposals were not worked out for a mark."""
        query = (
            select(CLUSTERS)
            .where(CLUSTERS.c.state == "open", CLUSTERS.c.proposed_for != mark)
            .order_by(CLUSTERS.c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_cluster(row) for row in connection.execute(query)]

    def propose(self, cluster_id: str, proposals: bytes, mark: str) -> None:
        """Keep what was worked out of a cluster for a mark; what staff decided stays."""
        found = update(CLUSTERS).where(CLUSTERS.c.id == cluster_id, CLUSTERS.c.state != "erased")
        with self._engine.begin() as connection:
            connection.execute(found.values(proposals=proposals, proposed_for=mark))

    def outdate(self, cluster_ids: Sequence[str]) -> None:
        """Have the proposals of clusters worked out anew."""
        with self._engine.begin() as connection:
            known = update(CLUSTERS).where(CLUSTERS.c.id.in_(cluster_ids))
            connection.execute(known.values(proposed_for=""))

    def texts(self, cluster_id: str, limit: int) -> list[tuple[str, int]]:
        """Return the different wordings of a cluster with how often each was asked, most first."""
        asked = func.count()
        query = (
            select(INQUIRIES.c.text, asked)
            .join(CLUSTER_MEMBERS, CLUSTER_MEMBERS.c.inquiry_id == INQUIRIES.c.id)
            .where(_OF == cluster_id, INQUIRIES.c.text != "")
            .group_by(INQUIRIES.c.text)
            .order_by(asked.desc(), func.max(INQUIRIES.c.id).desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [(text, int(times)) for text, times in connection.execute(query)]

    def members(self, cluster_id: str, limit: int) -> list[Member]:
        """Return the inquiries of a cluster, the latest first."""
        query = (
            select(INQUIRIES, FEEDBACK.c.helpful)
            .join(CLUSTER_MEMBERS, CLUSTER_MEMBERS.c.inquiry_id == INQUIRIES.c.id)
            .outerjoin(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
            .where(_OF == cluster_id)
            .order_by(INQUIRIES.c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_member(row) for row in connection.execute(query)]

    def inquiry_ids(self, cluster_id: str) -> list[str]:
        """Return the ids of all inquiries of a cluster."""
        query = select(CLUSTER_MEMBERS.c.inquiry_id).where(_OF == cluster_id)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def count(self, cluster_id: str, at: datetime) -> ClusterCount:
        """Return a cluster with its counts; raises UnknownCluster."""
        cluster = self.cluster(cluster_id)
        counts = _counts(at, CLUSTERS.c.id == cluster_id).subquery()
        with self._engine.connect() as connection:
            row = connection.execute(select(counts)).first()
        if row is None:
            raise UnknownCluster(f"要対応 {cluster.id} には記録がありません")
        return _count(cluster, row)

    def page(self, wanted: InboxFilter, at: datetime, first: int, limit: int) -> InboxPage:
        """Return clusters with their counts, from the `first` (0) on."""
        narrowed = _narrowed(wanted)
        # Ordered by the index alone; only what is on the page is then counted in detail.
        order = (
            select(_OF)
            .join(CLUSTERS, CLUSTERS.c.id == _OF)
            .where(*narrowed)
            .group_by(_OF)
            .order_by(func.count().desc(), _OF.desc())
        )
        with self._engine.connect() as connection:
            found = list(connection.execute(order).scalars())
            ids = found[first : first + limit]
            counts = _counts(at, CLUSTERS.c.id.in_(ids)).subquery()
            query = select(CLUSTERS, counts).join(counts, counts.c.cluster_id == CLUSTERS.c.id)
            by_id = {row.id: _count(_cluster(row), row) for row in connection.execute(query)}
        return InboxPage(tuple(by_id[one] for one in ids), len(found))

    def published(self, entry_ids: Sequence[str], release: int) -> None:
        """Note the release in which what was accepted into entries became public."""
        waiting = and_(
            CLUSTERS.c.state == "accepted",
            CLUSTERS.c.release.is_(None),
            CLUSTERS.c.entry_id.in_(entry_ids),
        )
        with self._engine.begin() as connection:
            connection.execute(update(CLUSTERS).where(waiting).values(release=release))

    def add_note(self, cluster_id: str, note: Note) -> None:
        """Keep a note."""
        values = {"cluster_id": cluster_id, "at": note.at, "by": note.by, "text": note.text}
        with self._engine.begin() as connection:
            connection.execute(insert(CLUSTER_NOTES).values(values))

    def notes(self, cluster_id: str) -> list[Note]:
        """Return the notes of a cluster, the oldest first."""
        query = (
            select(CLUSTER_NOTES.c.at, CLUSTER_NOTES.c.by, CLUSTER_NOTES.c.text)
            .where(CLUSTER_NOTES.c.cluster_id == cluster_id)
            .order_by(CLUSTER_NOTES.c.number)
        )
        with self._engine.connect() as connection:
            return [Note(*row) for row in connection.execute(query)]


def _counts(at: datetime, *narrowed: ColumnElement[bool]) -> Select[Any]:
    """Count the misses of each cluster; those without any are left out."""
    lately, earlier = at - TREND, at - 2 * TREND
    asked = INQUIRIES.c.asked_at

    def counted(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
        return func.count().filter(condition).label(name)

    return (
        select(
            CLUSTERS.c.id.label("cluster_id"),
            func.count().label("misses"),
            counted(asked >= lately, "lately"),
            counted(and_(asked >= earlier, asked < lately), "earlier"),
            func.min(asked).label("first_at"),
            func.max(asked).label("last_at"),
            *(counted(INQUIRIES.c.channel == name, f"on_{name}") for name in CHANNEL_LABELS),
        )
        .join(CLUSTER_MEMBERS, CLUSTERS.c.id == _OF)
        .join(INQUIRIES, INQUIRIES.c.id == CLUSTER_MEMBERS.c.inquiry_id)
        .where(*narrowed)
        .group_by(CLUSTERS.c.id)
    )


def _narrowed(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    conditions = [CLUSTERS.c.state == wanted.state]
    if wanted.section:
        conditions.append(CLUSTERS.c.section == wanted.section)
    asked: list[ColumnElement[bool]] = []
    if wanted.channel:
        asked.append(INQUIRIES.c.channel == wanted.channel)
    if wanted.words:
        asked.append(INQUIRIES.c.text.contains(wanted.words, autoescape=True))
    if wanted.reason:
        asked.append(_REASONS[wanted.reason])
    if asked:
        conditions.append(_has_member(and_(*asked)))
    return conditions


_REASONS: Final[Mapping[MissReason, ColumnElement[bool]]] = {
    "no_entry": INQUIRIES.c.kind == "unanswered",
    "unsure": INQUIRIES.c.kind == "unsure",
    "not_helpful": _NOT_HELPFUL,
    "low_confidence": and_(INQUIRIES.c.kind == "answered", _UNHEARD),
}


def _has_member(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    member: Subquery = (
        select(_OF.label("cluster_id"))
        .join(INQUIRIES, INQUIRIES.c.id == CLUSTER_MEMBERS.c.inquiry_id)
        .outerjoin(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
        .where(condition)
        .subquery()
    )
    return CLUSTERS.c.id.in_(select(member.c.cluster_id))


def _values(cluster: Cluster) -> dict[str, Any]:
    return {name: getattr(cluster, name) for name in CLUSTERS.c.keys()}


def _cluster(row: Row[Any]) -> Cluster:
    return Cluster(**{name: row._mapping[name] for name in CLUSTERS.c.keys()})


def _count(cluster: Cluster, row: Row[Any]) -> ClusterCount:
    on = {name: row._mapping[f"on_{name}"] for name in CHANNEL_LABELS}
    return ClusterCount(
        cluster,
        row.misses,
        row.lately,
        row.earlier,
        row.first_at,
        row.last_at,
        {name: many for name, many in on.items() if many},
    )


def _member(row: Row[Any]) -> Member:
    inquiry = inquiry_from(row)
    return Member(inquiry, miss_reason(inquiry.kind, row.helpful, inquiry.confidence))
