"""Answer warnings.

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nothing was ever answered before, and no figure has looked at any answer."""
    op.create_table(
        "waiver",
        sa.Column("id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rule", "unit_code")),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("form", "period")),
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "reason")),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("takes_back", BIG_ID, nullable=True),
        sa.CheckConstraint("until IS NULL OR takes_back IS NULL", name="answer"),
        sa.ForeignKeyConstraint(
            ["unit_code", "unit_valid_from"],
            ["org_unit.code", "org_unit.valid_from"],
            name="fk_waiver_unit_code_unit_valid_from_org_unit",
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_waiver_submission_id_submission"),
        sa.ForeignKeyConstraint(["takes_back"], ["waiver.id"], name="fk_waiver_takes_back_waiver"),
        sa.PrimaryKeyConstraint("id", name="pk_waiver"),
        sa.UniqueConstraint("takes_back", name="uq_waiver_takes_back"),
    )
    op.create_index("ix_waiver_form_period", "waiver", ["form", "period"])
    op.create_table(
        "waived_issue",
        sa.Column("waiver_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("indicator", "unit", "sheet", "cell", "found", "expected")
        ),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["waiver_id"], ["waiver.id"], name="fk_waived_issue_waiver_id_waiver"),
        sa.PrimaryKeyConstraint("waiver_id", "position", name="pk_waived_issue"),
    )
    with op.batch_alter_table("rollup_seen") as table:
        table.add_column(sa.Column("waiver_id", BIG_ID, nullable=False, server_default="0"))
        table.add_column(sa.Column("looked_on", sa.Date(), nullable=False, server_default="1970-01-01"))
    with op.batch_alter_table("rollup_seen") as table:
        for column in ("waiver_id", "looked_on"):
            table.alter_column(column, server_default=None)


def downgrade() -> None:
    """What was answered is forgotten: every warning waits for an answer again, and nobody can give one."""
    with op.batch_alter_table("rollup_seen") as table:
        for column in ("looked_on", "waiver_id"):
            table.drop_column(column)
    op.drop_table("waived_issue")
    op.drop_table("waiver")
