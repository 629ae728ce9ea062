"""Events of channels that are kept until they are answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(100), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("talk", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("data", sa.String(300), nullable=False),
        sa.Column("message_id", sa.String(100), nullable=False),
        sa.Column("reply_token", sa.String(300), nullable=False),
        sa.Column("deadline", sa.DateTime),
        sa.Column("occurred_at", sa.DateTime, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("inquiry_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("claimed_by", sa.String(40)),
        sa.Column("claimed_until", sa.DateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "occurred_at"])
    op.create_index("ix_deliveries_talk", "deliveries", ["talk", "state"])
