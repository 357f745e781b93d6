"""Let a rollup rest on several base periods and on parts of units, and keep where submissions were placed.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def big_id() -> sa.types.TypeEngine[int]:
    """A growing number as key."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def exact() -> sa.types.TypeEngine[Decimal]:
    """A decimal with six places."""
    return sa.Numeric(24, 6).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """What is there rests on its own period and on whole units; no figure has looked at any structure yet."""
    _make_placement()
    _rebuild(
        "rollup_contribution",
        [*_contribution_columns(with_period=True)],
        "SELECT revision_id, indicator, period, unit_code, unit_valid_from, submission_id, numerator, denominator,"
        " NULL, NULL FROM kept",
    )
    _rebuild(
        "rollup_unit",
        [*_unit_columns(with_period=True)],
        "SELECT revision_id, period, unit_code, unit_valid_from, state, late, submission_id, judgement, received_at,"
        " true, '[]', NULL FROM kept",
    )
    with op.batch_alter_table("rollup_seen") as table:
        table.add_column(sa.Column("delivery_id", big_id(), nullable=False, server_default="0"))
        table.add_column(sa.Column("placement_id", big_id(), nullable=False, server_default="0"))
        table.add_column(sa.Column("structure_version", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("rollup_seen") as table:
        for column in ("delivery_id", "placement_id", "structure_version", "asked"):
            table.alter_column(column, server_default=None)
    op.drop_table("rollup_scope")


def downgrade() -> None:
    """Of a unit that is in a longer period's figure, only the last period stays; what was before cannot hold more."""
    op.create_table(
        "rollup_scope",
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("by_village", sa.Boolean(), nullable=False),
        sa.Column("needs_denominator", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", "unit_valid_from", "indicator", name="pk_rollup_scope"),
    )
    with op.batch_alter_table("rollup_seen") as table:
        for column in ("asked", "structure_version", "placement_id", "delivery_id"):
            table.drop_column(column)
    _rebuild(
        "rollup_unit",
        [*_unit_columns(with_period=False)],
        "SELECT revision_id, unit_code, unit_valid_from, state, late, submission_id, judgement, received_at FROM kept"
        " WHERE period = (SELECT max(period) FROM kept other WHERE other.revision_id = kept.revision_id"
        " AND other.unit_code = kept.unit_code)",
    )
    _rebuild(
        "rollup_contribution",
        [*_contribution_columns(with_period=False)],
        "SELECT revision_id, indicator, unit_code, unit_valid_from, submission_id, numerator, denominator FROM kept"
        " WHERE period = (SELECT max(period) FROM kept other WHERE other.revision_id = kept.revision_id"
        " AND other.indicator = kept.indicator AND other.unit_code = kept.unit_code)",
    )
    op.drop_table("placement")


def _make_placement() -> None:
    op.create_table(
        "placement",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("submission_id", big_id(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("unit_valid_from", sa.Date(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_placement_submission_id_submission"),
        sa.PrimaryKeyConstraint("id", name="pk_placement"),
    )
    op.create_index("ix_placement_form_period", "placement", ["form", "period"])
    op.create_index("ix_placement_submission_id", "placement", ["submission_id"])
    # Where a file was placed before it was read again is not known any more: it is taken to have lain there always.
    op.execute(
        "INSERT INTO placement (submission_id, at, unit_code, unit_valid_from, form, period, version)"
        " SELECT id, coalesce((SELECT min(e.at) FROM submission_event e WHERE e.submission_id = submission.id"
        " AND e.to_state IN ('parsed', 'quarantined')), landed_at), unit_code, unit_valid_from, form, period, version"
        " FROM submission WHERE version IS NOT NULL ORDER BY id"
    )


def _rebuild(table: str, columns: list[sa.schema.SchemaItem], rows: str) -> None:
    """Make a table anew under another key, with the rows of the old one; `kept` also has the revision's period."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    period = "" if "period" in known else ", rollup_revision.period AS period"
    op.execute(
        f"CREATE TABLE kept AS SELECT {table}.*{period} FROM {table}"
        f" JOIN rollup_revision ON rollup_revision.id = {table}.revision_id"
    )
    op.drop_table(table)
    op.create_table(table, *columns)
    op.execute(f"INSERT INTO {table} {rows}")
    op.drop_table("kept")


def _contribution_columns(*, with_period: bool) -> list[sa.schema.SchemaItem]:
    key = ["revision_id", "indicator", "period", "unit_code"]
    return [
        sa.Column("revision_id", big_id(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        *([sa.Column("period", sa.Text(), nullable=False)] if with_period else []),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("submission_id", big_id(), nullable=False),
        sa.Column("numerator", exact(), nullable=False),
        sa.Column("denominator", exact(), nullable=True),
        *(_weights() if with_period else []),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.id"], name="fk_rollup_contribution_indicator_indicator"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_rollup_contribution_revision_id_rollup_revision"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_rollup_contribution_submission_id_submission"
        ),
        sa.PrimaryKeyConstraint(*_without_period(key, with_period), name="pk_rollup_contribution"),
    ]


def _weights() -> list[sa.schema.SchemaItem]:
    return [sa.Column("weight", exact(), nullable=True), sa.Column("weight_source", sa.Text(), nullable=True)]


def _unit_columns(*, with_period: bool) -> list[sa.schema.SchemaItem]:
    state = sa.Enum(
        "accepted",
        "quarantined",
        "missing",
        name="state",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    return [
        sa.Column("revision_id", big_id(), autoincrement=False, nullable=False),
        *([sa.Column("period", sa.Text(), nullable=False)] if with_period else []),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("submission_id", big_id(), nullable=True),
        sa.Column("judgement", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        *(_places() if with_period else []),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["rollup_revision.id"], name="fk_rollup_unit_revision_id_rollup_revision"
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_rollup_unit_submission_id_submission"),
        sa.PrimaryKeyConstraint(*_without_period(["revision_id", "period", "unit_code"], with_period), name="pk_rollup_unit"),
    ]


def _places() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("through", sa.JSON(), nullable=False),
        sa.Column("villages", sa.JSON(), nullable=True),
    ]


def _without_period(key: list[str], with_period: bool) -> list[str]:  # noqa: FBT001 # one of two shapes
    return [column for column in key if with_period or column != "period"]
