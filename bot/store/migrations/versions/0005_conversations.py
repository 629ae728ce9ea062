"""Where conversations stand, for processes that share them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "conversations",
        sa.Column("key_hash", sa.String(64), primary_key=True),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("entry_id", sa.String(200)),
        sa.Column("ward", sa.String(40)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text_only", sa.Boolean, nullable=False),
    )
    op.create_index("ix_conversations_last_at", "conversations", ["last_at"])
