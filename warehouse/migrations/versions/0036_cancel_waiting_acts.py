"""Say of a waiting act when it was begun, and who cancelled it.

Revision ID: 0036
Revises: 0035
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """An act that was confirmed before this version and waits was not begun, or is begun again."""
    op.add_column("waiting_act", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waiting_act", sa.Column("cancelled_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("waiting_act", "cancelled_by")
    op.drop_column("waiting_act", "begun_at")
