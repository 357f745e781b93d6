"""Close the figures of a period.

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("reopened_at IS NULL")


def upgrade() -> None:
    """Nothing was ever closed before."""
    op.create_table(
        "closing",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("revision_id", BIG_ID, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("bundle_sha256", sa.Text(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Text(), nullable=True),
        sa.Column("reopen_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by IS NULL) AND (reopened_at IS NULL) = (reopen_reason IS NULL)",
            name="reopened",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_closing_revision_id_rollup_revision"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_closing"),
    )
    op.create_index(
        "uq_closing_standing",
        "closing",
        ["revision_id"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    """Every period is open again; the bundles of the closed ones lie where they lie."""
    op.drop_table("closing")
