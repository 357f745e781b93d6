"""Divide files of many units: each unit's part of a file is a submission of its own.

Revision ID: 0019
Revises: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now each file was of one unit."""
    op.add_column("submission", sa.Column("part", sa.Text(), nullable=True))


def downgrade() -> None:
    """Files of many units cannot be read again."""
    op.drop_column("submission", "part")
