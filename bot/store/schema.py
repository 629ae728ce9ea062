"""The tables, as the newest migration leaves them."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA: Final = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC whatever the database thinks of zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware time into naive UTC."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn naive UTC into an aware time."""
        return value.replace(tzinfo=UTC) if value else None


SNAPSHOTS: Final = Table(
    "snapshots",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("book", LargeBinary, nullable=False),
    Column("index_archive", LargeBinary, nullable=False),
)

RELEASES: Final = Table(
    "releases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), ForeignKey("snapshots.digest"), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published_by", String(100), nullable=False),
    sqlite_autoincrement=True,
)

INQUIRIES: Final = Table(
    "inquiries",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("ward", String(40)),
    Column("entry_id", String(200)),
    Column("confidence", Float, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("release", Integer, nullable=False),
    Column("nearest", JSON, nullable=False),
    Index("ix_inquiries_asked_at", "asked_at"),
    Index("ix_inquiries_kind", "kind", "asked_at"),
)

FEEDBACK: Final = Table(
    "feedback",
    METADATA,
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
)

NOTICES: Final = Table(
    "notices",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("level", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),
    Column("easy", Text, nullable=False),
    Column("translations", JSON, nullable=False),
)

CLOSED_CHANNELS: Final = Table(
    "closed_channels",
    METADATA,
    Column("channel", String(16), primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
)

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(100), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("talk", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("data", String(300), nullable=False),
    Column("message_id", String(100), nullable=False),
    Column("reply_token", String(300), nullable=False),
    Column("deadline", UtcDateTime),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("inquiry_id", String(36), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("claimed_by", String(40)),
    Column("claimed_until", UtcDateTime),
    Index("ix_deliveries_state", "state", "occurred_at"),
    Index("ix_deliveries_talk", "talk", "state"),
    sqlite_autoincrement=True,
)

CONVERSATIONS: Final = Table(
    "conversations",
    METADATA,
    Column("key_hash", String(64), primary_key=True),
    Column("last_at", UtcDateTime, nullable=False),
    Column("entry_id", String(200)),
    Column("ward", String(40)),
    Column("language", String(8), nullable=False),
    Column("text_only", Boolean, nullable=False),
    Index("ix_conversations_last_at", "last_at"),
)

SPENDING: Final = Table(
    "spending",
    METADATA,
    Column("key_hash", String(32), primary_key=True),
    Column("process", String(36), primary_key=True),
    Column("spent", Integer, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Index("ix_spending_told_at", "told_at"),
)

STAFF_ACCOUNTS: Final = Table(
    "staff_accounts",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("section", String(100), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

STAFF_SESSIONS: Final = Table(
    "staff_sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_staff_sessions_name", "name"),
)

AUDIT_EVENTS: Final = Table(
    "audit_events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_events_subject", "subject", "number"),
    sqlite_autoincrement=True,
)

AUDIT_HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
)

CLUSTERS: Final = Table(
    "clusters",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("section", String(100), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("entry_id", String(200), nullable=False),
    Column("decided_by", String(100), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("release", Integer),
    Column("proposals", LargeBinary, nullable=False),
    Column("proposed_for", String(40), nullable=False),
    Index("ix_clusters_state", "state"),
)

CLUSTER_MEMBERS: Final = Table(
    "cluster_members",
    METADATA,
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), primary_key=True),
    Column("cluster_id", String(36), ForeignKey("clusters.id"), nullable=False),
    Index("ix_cluster_members_cluster", "cluster_id", "inquiry_id"),
)

CLUSTER_NOTES: Final = Table(
    "cluster_notes",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("cluster_id", String(36), ForeignKey("clusters.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_cluster_notes_cluster", "cluster_id"),
    sqlite_autoincrement=True,
)

DRAFTS: Final = Table(
    "drafts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), ForeignKey("snapshots.digest"), nullable=False),
    Column("prepared_at", UtcDateTime, nullable=False),
    Column("prepared_by", String(100), nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_by", String(100)),
    Column("requested_at", UtcDateTime),
    sqlite_autoincrement=True,
)
