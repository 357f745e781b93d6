"""Count from other forms: which form a figure was counted from, its reports, and what others say beside it.

Revision ID: 0024
Revises: 0023
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Numeric(24, 6).with_variant(sa.BigInteger(), "sqlite")
STATES = sa.Enum("accepted", "quarantined", "missing", name="state", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Until now every figure counted from the revision's own form, and nothing was kept beside it."""
    op.create_table(
        "rollup_counted_form",
        sa.Column("revision_id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("indicator", "period", "form")),
        sa.PrimaryKeyConstraint("revision_id", "indicator", "period", name="pk_rollup_counted_form"),
        *_references("rollup_counted_form", indicator=True),
    )
    op.create_table(
        "rollup_other_report",
        sa.Column("revision_id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("form", "period", "unit_code")),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("submission_id", BIG_ID, nullable=True),
        sa.Column("judgement", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("revision_id", "form", "period", "unit_code", name="pk_rollup_other_report"),
        *_references("rollup_other_report", submission=True),
    )
    op.create_table(
        "rollup_beside",
        sa.Column("revision_id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("indicator", "period", "unit_code", "form")),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("numerator", NUMBER, nullable=False),
        sa.Column("denominator", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("revision_id", "indicator", "period", "unit_code", "form", name="pk_rollup_beside"),
        *_references("rollup_beside", indicator=True, submission=True),
    )


def _references(table: str, *, indicator: bool = False, submission: bool = False) -> list[sa.ForeignKeyConstraint]:
    targets = [("revision_id", "rollup_revision")]
    targets += [("indicator", "indicator")] if indicator else []
    targets += [("submission_id", "submission")] if submission else []
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")
        for column, target in targets
    ]


def downgrade() -> None:
    """Figures counted from another form stay, but nothing says so, and their lineage ends at the file."""
    for table in ("rollup_beside", "rollup_other_report", "rollup_counted_form"):
        op.drop_table(table)
