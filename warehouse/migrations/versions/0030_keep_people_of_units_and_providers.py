"""Keep contacts of units and identities of users, and let old facts about people be emptied.

Revision ID: 0030
Revises: 0029
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Records of decisions made until now keep their facts: the chain was made from these themselves."""
    op.create_table(
        "desk_identity",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_identity"),
        sa.ForeignKeyConstraint(["user_name"], ["desk_user.name"], name="fk_desk_identity_user_name_desk_user"),
        sa.UniqueConstraint("issuer", "subject", name="uq_desk_identity_issuer_subject"),
    )
    op.create_index("ix_desk_identity_user_name", "desk_identity", ["user_name"])
    op.create_table(
        "unit_contact",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_valid_from", sa.Date(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_unit_contact"),
        sa.ForeignKeyConstraint(["ends"], ["unit_contact.id"], name="fk_unit_contact_ends_unit_contact"),
        sa.UniqueConstraint("ends", name="uq_unit_contact_ends"),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="days"),
    )
    op.create_index("ix_unit_contact_unit", "unit_contact", ["unit"])
    op.add_column("audit", sa.Column("facts_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget contacts and identities; the records of decisions made since then count as broken."""
    op.drop_column("audit", "facts_sha256")
    op.drop_table("unit_contact")
    op.drop_table("desk_identity")
