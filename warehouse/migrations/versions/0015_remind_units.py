"""Remind units: which reminder was sent to which addresses, and when.

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """No unit was reminded before."""
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("unit_valid_from", sa.Date(), nullable=True),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("message_id", name="uq_reminder_message_id"),
    )
    op.create_index("ix_reminder_period", "reminder", ["form", "period"])


def downgrade() -> None:
    """Units that were reminded are reminded of the same step once more."""
    op.drop_index("ix_reminder_period", "reminder")
    op.drop_table("reminder")
