"""Keep first deliveries: when a unit first delivered a report of a period, beside when the counted file came.

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Days late counted to the counted file until now: for revisions of before that stays the first."""
    op.add_column("rollup_unit", sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE rollup_unit SET first_received_at = received_at")



def downgrade() -> None:
    """Forget first deliveries."""
    op.drop_column("rollup_unit", "first_received_at")
