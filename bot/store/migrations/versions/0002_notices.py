"""Notices that are switched on, and channels that are switched off."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "notices",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("starts_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime),
        sa.Column("easy", sa.Text, nullable=False),
        sa.Column("translations", sa.JSON, nullable=False),
    )
    op.create_table(
        "closed_channels",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("closed_at", sa.DateTime, nullable=False),
    )
