"""Collect mail: where the next look into a mailbox begins, and which deliveries programs sent.

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now all deliveries came through folders, laid there by people."""
    op.create_table(
        "source_cursor",
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connector", name="pk_source_cursor"),
    )
    op.add_column("delivery", sa.Column("automatic", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Mailboxes are read from their beginning again, which changes nothing; automatic deliveries get replies."""
    op.drop_column("delivery", "automatic")
    op.drop_table("source_cursor")
