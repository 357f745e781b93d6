"""Share the contributions of units below a unit between revisions.

Revision ID: 0041
Revises: 0040
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Revisions keep the contributions that they have: each has stored its own, below an empty code."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column(
        "rollup_contribution", sa.Column("above_code", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        "rollup_source",
        sa.Column("revision_id", big, nullable=False),
        sa.Column("above_code", sa.Text(), nullable=False),
        sa.Column("stored_by", big, nullable=False),
        sa.PrimaryKeyConstraint("revision_id", "above_code", name="pk_rollup_source"),
        sa.ForeignKeyConstraint(["revision_id"], ["rollup_revision.id"], "fk_rollup_source_revision_id_rollup_revision"),
        sa.ForeignKeyConstraint(["stored_by"], ["rollup_revision.id"], "fk_rollup_source_stored_by_rollup_revision"),
    )
    op.create_index("ix_rollup_source_stored_by", "rollup_source", ["stored_by"])
    op.execute("INSERT INTO rollup_source (revision_id, above_code, stored_by) SELECT id, '', id FROM rollup_revision")
    op.create_table(
        "rollup_subtotal",
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("stored_by", big, nullable=False),
        sa.Column("above_code", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("inputs_sha256", name="pk_rollup_subtotal"),
        sa.ForeignKeyConstraint(["stored_by"], ["rollup_revision.id"], "fk_rollup_subtotal_stored_by_rollup_revision"),
    )
    op.create_index("ix_rollup_subtotal_stored_by", "rollup_subtotal", ["stored_by"])


def downgrade() -> None:
    """Store each revision's contributions with it again.

    Raises:
        RuntimeError: a period is archived, whose contributions are in files only.
    """
    if op.get_bind().execute(sa.text("SELECT COUNT(*) FROM archived_file")).scalar():
        raise RuntimeError("restore all archived periods first: tonghop archive restore")
    columns = (
        "indicator, period, unit_code, unit_valid_from, submission_id, numerator, denominator, weight, weight_source"
    )
    listed = ", ".join(f"stored.{name}" for name in columns.split(", "))
    op.execute(
        f"INSERT INTO rollup_contribution (revision_id, {columns}) SELECT source.revision_id, {listed} "  # noqa: S608 # constant names
        "FROM rollup_source AS source JOIN rollup_contribution AS stored "
        "ON stored.revision_id = source.stored_by AND stored.above_code = source.above_code "
        "WHERE source.revision_id <> source.stored_by"
    )
    op.drop_table("rollup_subtotal")
    op.drop_table("rollup_source")
    op.drop_column("rollup_contribution", "above_code")
