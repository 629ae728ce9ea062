"""Rows of inquiries and of what citizens said of the replies."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, func, or_, select, update

from bot.errors import UnknownInquiry
from bot.inquiry import LOW_CONFIDENCE, Feedback, Inquiry, Miss, Nearest, miss_reason
from bot.store.database import each_row, upsert
from bot.store.schema import CLUSTER_MEMBERS, CLUSTERS, FEEDBACK, INQUIRIES
from nlp.personal_data import MaskedText

_UNHEARD: Final = FEEDBACK.c.helpful.is_(None)

IS_MISS: Final = or_(
    FEEDBACK.c.helpful.is_(False),
    INQUIRIES.c.kind == "unanswered",
    and_(INQUIRIES.c.kind == "unsure", _UNHEARD),
    and_(INQUIRIES.c.kind == "answered", INQUIRIES.c.confidence < LOW_CONFIDENCE, _UNHEARD),
)
"""What `bot.inquiry.miss_reason` says, of inquiries joined with what was said of them."""


class SqlInquiries:
    """Inquiries and feedback in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, inquiries: Sequence[Inquiry]) -> None:
        """Store inquiries in one commit; durable when this returns, once each however often."""
        with self._engine.begin() as connection:
            new = upsert(connection, INQUIRIES).on_conflict_do_nothing(index_elements=["id"])
            connection.execute(new, [_values(inquiry) for inquiry in inquiries])

    def each(self, since: datetime | None = None) -> Iterator[Inquiry]:
        """Yield inquiries, oldest first, without holding them all."""
        query = select(INQUIRIES).order_by(INQUIRIES.c.id)
        if since:
            query = query.where(INQUIRIES.c.asked_at >= since)
        yield from map(inquiry_from, each_row(self._engine, query))

    def latest_at(self) -> datetime | None:
        """Return when the last question was asked, None when there was none."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(INQUIRIES.c.asked_at))).scalar()

    def heard(self, since: datetime) -> Iterator[tuple[Inquiry, bool | None]]:
        """Yield inquiries with whether each was found helpful (None: not said), oldest first."""
        query = (
            select(INQUIRIES, FEEDBACK.c.helpful)
            .outerjoin(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
            .where(INQUIRIES.c.asked_at >= since)
            .order_by(INQUIRIES.c.id)
        )
        for row in each_row(self._engine, query):
            yield inquiry_from(row), row.helpful

    def misses(self, limit: int) -> list[Miss]:
        """Return what needs review, latest first."""
        query = (
            select(INQUIRIES, FEEDBACK.c.helpful)
            .outerjoin(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
            .where(IS_MISS)
            .order_by(INQUIRIES.c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [miss_from(row) for row in connection.execute(query)]

    def verdicts(self) -> Iterator[tuple[Inquiry, bool]]:
        """Yield answered inquiries with whether the citizen found the answer helpful."""
        query = (
            select(INQUIRIES, FEEDBACK.c.helpful)
            .join(FEEDBACK, FEEDBACK.c.inquiry_id == INQUIRIES.c.id)
            .where(INQUIRIES.c.kind == "answered")
            .order_by(INQUIRIES.c.id)
        )
        for row in each_row(self._engine, query):
            yield inquiry_from(row), bool(row.helpful)

    def erase_texts(self, inquiry_ids: Sequence[str]) -> None:
        """Erase what the citizen wrote, and said of the replies; the rest stays for counting.

        What was worked out of it for staff is erased, too.
        """
        with self._engine.begin() as connection:
            erase_texts(connection, inquiry_ids)

    def give_feedback(self, feedback: Feedback) -> bool:
        """Keep the citizen's word on a reply, the last one given; True when it is the first.

        Raises UnknownInquiry.
        """
        values = {
            "helpful": feedback.helpful,
            "reason": feedback.reason,
            "given_at": feedback.given_at,
        }
        with self._engine.begin() as connection:
            known = select(INQUIRIES.c.id).where(INQUIRIES.c.id == feedback.inquiry_id)
            if connection.execute(known).first() is None:
                raise UnknownInquiry(feedback.inquiry_id)
            given = select(FEEDBACK.c.inquiry_id).where(
                FEEDBACK.c.inquiry_id == feedback.inquiry_id
            )
            is_first = connection.execute(given).first() is None
            connection.execute(
                upsert(connection, FEEDBACK)
                .values(inquiry_id=feedback.inquiry_id, **values)
                .on_conflict_do_update(
                    index_elements=["inquiry_id"],
                    set_=values,
                    # What waited in the spool may come after a later word.
                    where=FEEDBACK.c.given_at <= feedback.given_at,
                )
            )
        return is_first


def erase_texts(connection: Connection, inquiry_ids: Sequence[str]) -> int:
    """Erase what citizens wrote in inquiries, and what was worked out of it; returns how many."""
    of_them = INQUIRIES.c.id.in_(inquiry_ids)
    erased = connection.execute(update(INQUIRIES).where(of_them).values(text="", ward=None))
    said = FEEDBACK.c.inquiry_id.in_(inquiry_ids)
    connection.execute(update(FEEDBACK).where(said).values(reason=""))
    joined = CLUSTER_MEMBERS.c.inquiry_id.in_(inquiry_ids)
    members = select(CLUSTER_MEMBERS.c.cluster_id).where(joined)
    for cluster_id in connection.execute(members.distinct()).scalars().all():
        forget_worked_out(connection, cluster_id)
    return erased.rowcount


def forget_worked_out(connection: Connection, cluster_id: str) -> None:
    """Name a cluster by what is still written in it, and have its proposals worked out anew."""
    rest = (
        select(INQUIRIES.c.text)
        .join(CLUSTER_MEMBERS, CLUSTER_MEMBERS.c.inquiry_id == INQUIRIES.c.id)
        .where(CLUSTER_MEMBERS.c.cluster_id == cluster_id, INQUIRIES.c.text != "")
        .order_by(INQUIRIES.c.id.desc())
    )
    title = connection.execute(rest.limit(1)).scalar() or ""
    changed = update(CLUSTERS).where(CLUSTERS.c.id == cluster_id)
    connection.execute(changed.values(title=title, proposals=b"", proposed_for=""))


def _values(inquiry: Inquiry) -> dict[str, Any]:
    nearest = [[near.entry_id, near.score] for near in inquiry.nearest]
    return {name: getattr(inquiry, name) for name in INQUIRIES.c.keys() if name != "nearest"} | {
        "nearest": nearest
    }


def inquiry_from(row: Row[Any]) -> Inquiry:
    """Return the inquiry of a row that holds its columns."""
    return Inquiry(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        text=MaskedText(row.text),
        language=row.language,
        ward=row.ward,
        entry_id=row.entry_id,
        confidence=row.confidence,
        asked_at=row.asked_at,
        release=row.release,
        nearest=tuple(Nearest(entry_id, score) for entry_id, score in row.nearest),
    )


def miss_from(row: Row[Any]) -> Miss:
    """Return the miss of a row that holds an inquiry and what was said of it."""
    inquiry = inquiry_from(row)
    reason = miss_reason(inquiry.kind, row.helpful, inquiry.confidence)
    assert reason is not None, "only misses are asked for"
    return Miss(inquiry, reason)
