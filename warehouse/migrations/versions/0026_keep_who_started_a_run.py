"""Keep who started a run.

Revision ID: 0026
Revises: 0025
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now only the reason was kept with a run, and names with what it changed."""
    op.add_column("run", sa.Column("actor", sa.Text(), nullable=True))


def downgrade() -> None:
    """Runs keep their reason."""
    op.drop_column("run", "actor")
