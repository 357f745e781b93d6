"""Authorise senders by form: a way may be authorised for the reports of one form only.

Revision ID: 0022
Revises: 0021
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What was authorised until now stays authorised for every form, which is the empty text."""
    op.add_column("authorisation", sa.Column("form", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """What was authorised for one form is authorised for every form."""
    op.drop_column("authorisation", "form")
