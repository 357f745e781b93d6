"""Keep rows of old periods in files.

Revision ID: 0040
Revises: 0039
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Nothing is archived until a person asks for it."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "archived_file",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("row_count", big, nullable=False),
        sa.Column("size", big, nullable=False),
        sa.Column("migration", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("form", "period", "table_name", name="pk_archived_file"),
    )


def downgrade() -> None:
    """Refuse while rows are in files only: they would be lost.

    Raises:
        RuntimeError: a period is archived.
    """
    if op.get_bind().execute(sa.text("SELECT COUNT(*) FROM archived_file")).scalar():
        raise RuntimeError("restore all archived periods first: tonghop archive restore")
    op.drop_table("archived_file")
