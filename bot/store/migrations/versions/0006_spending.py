"""What addresses have spent of their budgets, for processes that share them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "spending",
        sa.Column("key_hash", sa.String(32), primary_key=True),
        sa.Column("process", sa.String(36), primary_key=True),
        sa.Column("spent", sa.Integer, nullable=False),
        sa.Column("told_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_spending_told_at", "spending", ["told_at"])
