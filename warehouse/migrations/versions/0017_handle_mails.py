"""Handle mails that are no deliveries: requests for a check.

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Until now all mails were taken as deliveries."""
    op.create_table(
        "handled_mail",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handled_mail"),
        sa.UniqueConstraint("connector", "fingerprint", name="uq_handled_mail_connector_fingerprint"),
    )


def downgrade() -> None:
    """The cursor of the mailbox has passed them: they are not looked at again."""
    op.drop_table("handled_mail")
