"""Compare reports as wholes, and communes with their neighbours.

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NUMBER = sa.Numeric().with_variant(sa.REAL(), "sqlite")
BEFORE = ("unit", "period", "form", "layout_version", "sheet")
SINCE = ("unit_name", "area", "last_day", "previous_period", "layout_in_force", "digest")


def upgrade() -> None:
    """What is staged lives for one run only, and no run works while the warehouse migrates: the table is made anew."""
    op.drop_table("stg_submission")
    _create("stg_submission", *map(_text, BEFORE + SINCE), sa.Column("figures", sa.Integer(), nullable=False))
    _create("stg_accepted", *map(_text, ("unit", "unit_name", "area", "form", "period", "digest")))
    _create(
        "stg_peer",
        *map(_text, ("area", "form", "period", "indicator")),
        sa.Column("numerator", NUMBER, nullable=False),
        sa.Column("denominator", NUMBER, nullable=False),
    )


def downgrade() -> None:
    """Reports are looked at one by one again."""
    for table in ("stg_peer", "stg_accepted", "stg_submission"):
        op.drop_table(table)
    _create("stg_submission", *map(_text, BEFORE))


def _create(table: str, *columns: sa.Column[Any]) -> None:
    run, submission = _text("run_id"), sa.Column("submission_id", sa.Integer(), nullable=False)
    op.create_table(table, run, submission, *columns)
    op.create_index(f"ix_{table}_run_id_submission_id", table, ["run_id", "submission_id"])


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)
