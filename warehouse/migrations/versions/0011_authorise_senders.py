"""Authorise senders.

Revision ID: 0011
Revises: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No way was ever authorised, so reports go on counting whatever way they come."""
    op.create_table(
        "authorisation",
        sa.Column("id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "folder", "sender", "units")),
        sa.Column("unit_valid_from", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "reason")),
        sa.Column("removes", BIG_ID, nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="days"),
        sa.ForeignKeyConstraint(["removes"], ["authorisation.id"], name="fk_authorisation_removes_authorisation"),
        sa.PrimaryKeyConstraint("id", name="pk_authorisation"),
        sa.UniqueConstraint("removes", name="uq_authorisation_removes"),
    )


def downgrade() -> None:
    """All authorisations are lost: reports count whatever way they come."""
    op.drop_table("authorisation")
