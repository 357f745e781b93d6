"""Remember up to where in the log all figures were rolled up.

Revision ID: 0039
Revises: 0036
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until the first whole run has ended, all years are reviewed."""
    op.create_table(
        "rollup_review",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
            for name in ("event_id", "delivery_id", "placement_id", "waiver_id")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("catalog_version", "structure_version", "areas")),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("open_years", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_review"),
    )


def downgrade() -> None:
    """What it holds saves time only."""
    op.drop_table("rollup_review")
