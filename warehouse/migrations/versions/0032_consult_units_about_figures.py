"""Consult units about their figures before a period is closed.

Revision ID: 0032
Revises: 0031
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Until now officers telephoned, and nothing said who had agreed."""
    op.create_table(
        "consultation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("revision_id", BIG_ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("closed", "cancelled", name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)"
            " AND (ended_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_consultation_ended"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consultation"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_consultation_revision_id_rollup_revision"
        ),
    )
    op.create_index("ix_consultation_revision_id", "consultation", ["revision_id"])
    op.create_table(
        "consultation_answer",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("consultation_id", BIG_ID, nullable=False),
        sa.Column("revision_id", BIG_ID, nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("agree", "object", "settle", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link_id", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_answer"),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name="fk_consultation_answer_consultation_id_consultation"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_consultation_answer_revision_id_rollup_revision"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["upload_link.id"], name="fk_consultation_answer_link_id_upload_link"),
    )
    op.create_index("ix_consultation_answer_consultation_id", "consultation_answer", ["consultation_id"])


def downgrade() -> None:
    """Forget who agreed; what was closed stays closed."""
    op.drop_table("consultation_answer")
    op.drop_table("consultation")
