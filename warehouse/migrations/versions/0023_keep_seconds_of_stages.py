"""Keep how long each stage of a run took.

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now only a run's start and end were kept."""
    op.add_column("run", sa.Column("stage_seconds", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Runs keep their start and end."""
    op.drop_column("run", "stage_seconds")
