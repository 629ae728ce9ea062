"""The staff console: accounts, sessions, the audit log, clusters of misses, drafts to publish."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APPEND_ONLY = """
CREATE TRIGGER audit_events_no_{what} BEFORE {what} ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""
_APPEND_ONLY_ROWS = """
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    _people()
    _audit()
    _clusters()
    op.create_table(
        "drafts",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("snapshots.digest"), nullable=False),
        sa.Column("prepared_at", sa.DateTime, nullable=False),
        sa.Column("prepared_by", sa.String(100), nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_by", sa.String(100)),
        sa.Column("requested_at", sa.DateTime),
        sqlite_autoincrement=True,
    )


def _people() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("section", sa.String(100), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_staff_sessions_name", "staff_sessions", ["name"])


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_events_subject", "audit_events", ["subject", "number"])
    # The last hash stands apart: taking its row first makes writers wait for each other.
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "hash": ""}])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE)
        op.execute(_APPEND_ONLY_ROWS)
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(_APPEND_ONLY.format(what=what))


def _clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("section", sa.String(100), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("entry_id", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("release", sa.Integer),
        sa.Column("proposals", sa.LargeBinary, nullable=False),
        sa.Column("proposed_for", sa.String(40), nullable=False),
    )
    op.create_index("ix_clusters_state", "clusters", ["state"])
    op.create_table(
        "cluster_members",
        sa.Column("inquiry_id", sa.String(36), sa.ForeignKey("inquiries.id"), primary_key=True),
        sa.Column("cluster_id", sa.String(36), sa.ForeignKey("clusters.id"), nullable=False),
    )
    op.create_index("ix_cluster_members_cluster", "cluster_members", ["cluster_id", "inquiry_id"])
    op.create_table(
        "cluster_notes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("cluster_id", sa.String(36), sa.ForeignKey("clusters.id"), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cluster_notes_cluster", "cluster_notes", ["cluster_id"])
