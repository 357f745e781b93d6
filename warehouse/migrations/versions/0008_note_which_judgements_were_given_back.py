"""Note which judgements were given back.

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What was judged so far counts as given back: nobody is to get a reply for each report of the past years."""
    op.create_table(
        "reply",
        sa.Column("submission_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("judgement", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_reply_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", "judgement", name=op.f("pk_reply")),
    )
    op.execute(
        "INSERT INTO reply (submission_id, judgement, accepted, given_at, folder) "
        "SELECT id, judgement, accepted_at IS NOT NULL, judged_at, '' FROM submission "
        "WHERE judgement > 0 AND judged_at IS NOT NULL"
    )


def downgrade() -> None:
    """Nobody remembers what was given back."""
    op.drop_table("reply")
