"""Keep what officers ask about warnings, and what senders answer.

Revision ID: 0029
Revises: 0028
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Until now senders answered by telephone, and officers wrote down what they heard."""
    op.create_table(
        "warning_remark",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("question", "answer", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link_id", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_warning_remark"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_warning_remark_submission_id_submission"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["upload_link.id"], name="fk_warning_remark_link_id_upload_link"),
    )
    op.create_index("ix_warning_remark_submission_id", "warning_remark", ["submission_id"])


def downgrade() -> None:
    """Forget questions and answers."""
    op.drop_table("warning_remark")
