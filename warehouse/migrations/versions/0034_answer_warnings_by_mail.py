"""Keep of an answer to a warning the mail that brought it.

Revision ID: 0034
Revises: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now senders answered on the upload page alone."""
    op.add_column("warning_remark", sa.Column("mail_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget which mails brought answers; the answers stay."""
    op.drop_column("warning_remark", "mail_sha256")
