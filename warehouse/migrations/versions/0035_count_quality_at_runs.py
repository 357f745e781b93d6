"""Count quality and burden of reporting at the end of runs.

Revision ID: 0035
Revises: 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now both were counted when their pages were opened; the next run fills the tables."""
    op.create_table(
        "quality_period",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("form", "period", name="pk_quality_period"),
    )
    op.create_table(
        "report_quality",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("is_returned", sa.Boolean(), nullable=False),
        sa.Column("is_unreadable", sa.Boolean(), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("form", "period", "unit_code", "unit_valid_from", name="pk_report_quality"),
        sa.ForeignKeyConstraint(
            ["unit_code", "unit_valid_from"],
            ["org_unit.code", "org_unit.valid_from"],
            name="fk_report_quality_unit_code_unit_valid_from_org_unit",
        ),
    )
    op.create_table(
        "line_burden",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("typed", "returned", "questioned", "unchanged", "compared", "zero", "figures")
        ),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("form", "period", "indicator", name="pk_line_burden"),
    )


def downgrade() -> None:
    """What they hold follows from reports and publications."""
    for table in ("line_burden", "report_quality", "quality_period"):
        op.drop_table(table)
