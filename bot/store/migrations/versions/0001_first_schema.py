"""Snapshots, releases, inquiries and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "snapshots",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("book", sa.LargeBinary, nullable=False),
        sa.Column("index_archive", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("snapshots.digest"), nullable=False),
        sa.Column("published_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inquiries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("ward", sa.String(40)),
        sa.Column("entry_id", sa.String(200)),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
    )
    op.create_index("ix_inquiries_asked_at", "inquiries", ["asked_at"])
    op.create_index("ix_inquiries_kind", "inquiries", ["kind", "asked_at"])
    op.create_table(
        "feedback",
        sa.Column("inquiry_id", sa.String(36), sa.ForeignKey("inquiries.id"), primary_key=True),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime, nullable=False),
    )
