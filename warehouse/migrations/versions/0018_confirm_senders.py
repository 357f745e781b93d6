"""Confirm senders: what registered addresses were asked about other addresses, and what they replied.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Until now an officer registered every address."""
    op.create_table(
        "sender_confirmation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sender_confirmation"),
        sa.ForeignKeyConstraint(
            ["unit_code", "unit_valid_from"],
            ["org_unit.code", "org_unit.valid_from"],
            name="fk_sender_confirmation_unit_code_unit_valid_from_org_unit",
        ),
        sa.UniqueConstraint("connector", "sender", "unit_code", "unit_valid_from", name="uq_sender_confirmation_question"),
    )


def downgrade() -> None:
    """Addresses that were confirmed stay registered."""
    op.drop_table("sender_confirmation")
