"""Count quality and burden of reporting by parts of the units.

Revision ID: 0042
Revises: 0041
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_KEYS: dict[str, Sequence[str]] = {"quality_period": (), "line_burden": ("indicator",)}
"""What the tables have in their keys beside form, period and part."""
_COUNTS = ("typed", "returned", "questioned", "unchanged", "compared", "zero", "figures")


def upgrade() -> None:
    """What was counted of whole periods stays, as their part "", until they move: archived ones need not be read."""
    for table, key in _KEYS.items():
        op.execute(f"CREATE TEMPORARY TABLE before AS SELECT '' AS part, {table}.* FROM {table}")  # noqa: S608 # constants
        op.drop_table(table)
        columns = _create(table, ["form", "period", "part", *key])
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM before")  # noqa: S608 # as above
        op.drop_table("before")


def downgrade() -> None:
    """What is counted of parts is no whole period's: the next run counts all anew."""
    for table, key in _KEYS.items():
        op.drop_table(table)
        _create(table, ["form", "period", *key])


def _create(table: str, key: Sequence[str]) -> str:
    """Create a table with this key; return the names of its columns."""
    columns: list[sa.Column[Any]]
    if table == "quality_period":
        columns = [
            sa.Column("state", sa.Text(), nullable=False),
            sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        ]
    else:
        columns = [
            *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
            sa.Column("is_published", sa.Boolean(), nullable=False),
        ]
    op.create_table(
        table,
        *(sa.Column(name, sa.Text(), nullable=False) for name in key),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
    )
    return ", ".join([*key, *(column.name for column in columns)])
