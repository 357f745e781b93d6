"""Say what kind a succession is, and keep officers' areas and stated weights.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LEVELS = ("country", "province", "district", "commune", "village")
KINDS = ("whole", "part", "rename", "reused_code")


def choice(*values: str, name: str) -> sa.Enum:
    """A text column that holds one of these values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Kinds are told apart by what the successions say; the next mirror of the catalogue writes the rest."""
    op.create_table(
        "named_area",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", choice(*LEVELS, name="level"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_named_area"),
    )
    op.create_table(
        "named_area_member",
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["named_area.id"], name="fk_named_area_member_area_id_named_area"),
        sa.PrimaryKeyConstraint("area_id", "unit_code", name="pk_named_area_member"),
    )
    key = ["origin_code", "into_code", "effective", "direction", "indicator", "denominator_kind"]
    op.create_table(
        "stated_weight",
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("into_code", sa.Text(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("direction", choice("forward", "backward", name="direction"), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("denominator_kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(24, 6).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_stated_weight"),
    )
    with op.batch_alter_table("succession") as table:
        table.add_column(sa.Column("kind", sa.String(32), nullable=True))
    op.execute(
        "UPDATE succession SET kind = CASE"
        " WHEN old_code <> new_code THEN CASE WHEN whole THEN 'whole' ELSE 'part' END"
        " WHEN whole AND (SELECT count(*) FROM succession other WHERE other.new_code = succession.new_code"
        " AND other.effective = succession.effective) = 1 THEN 'rename' ELSE 'reused_code' END"
    )
    with op.batch_alter_table("succession") as table:
        table.alter_column("kind", existing_type=sa.String(32), nullable=False)
        table.create_check_constraint("kind", sa.column("kind").in_(KINDS))
    # Areas and weights come with the next mirror, which is passed over while the version is the same.
    op.execute("DELETE FROM catalog_mirror")


def downgrade() -> None:
    """Kinds, areas and weights stand in the catalogue; figures keep the weights they were made with."""
    with op.batch_alter_table("succession") as table:
        table.drop_constraint("kind", type_="check")
        table.drop_column("kind")
    op.drop_table("stated_weight")
    op.drop_table("named_area_member")
    op.drop_table("named_area")
