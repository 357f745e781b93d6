"""Keep the parts of derived figures: what a sum of parts or an index of a revision was made from.

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now every figure was read from cells of its own."""
    op.create_table(
        "rollup_part",
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(24, 6).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("revision_id", "indicator", "position", name="pk_rollup_part"),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.id"], name="fk_rollup_part_indicator_indicator"),
        sa.ForeignKeyConstraint(["part"], ["indicator.id"], name="fk_rollup_part_part_indicator"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_rollup_part_revision_id_rollup_revision"
        ),
    )


def downgrade() -> None:
    """Derived figures stay, but nothing says any more what they were made from."""
    op.drop_table("rollup_part")
