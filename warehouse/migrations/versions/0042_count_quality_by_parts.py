"""Count quality and burden of reporting by parts of the units.

Revision ID: 0042
Revises: 0041
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What was counted of whole periods cannot be divided: the next run counts all anew."""
    _create("part")


def downgrade() -> None:
    """What is counted of parts is no whole period's: the next run counts all anew."""
    _create()


def _create(*parts: str) -> None:
    for table in ("line_burden", "quality_period"):
        op.drop_table(table)
    places = "form", "period", *parts
    op.create_table(
        "quality_period",
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*places, "state")),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*places, name="pk_quality_period"),
    )
    op.create_table(
        "line_burden",
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*places, "indicator")),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("typed", "returned", "questioned", "unchanged", "compared", "zero", "figures")
        ),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(*places, "indicator", name="pk_line_burden"),
    )
