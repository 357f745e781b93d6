"""Link units to the upload page.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No link was ever made, so nothing can have been uploaded."""
    op.create_table(
        "upload_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("unit_valid_from", "valid_from", "valid_to")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "reason")),
        sa.Column("revokes", BIG_ID, nullable=True),
        sa.CheckConstraint("valid_from <= valid_to", name="days"),
        sa.CheckConstraint("(token_sha256 IS NULL) <> (revokes IS NULL)", name="made_or_revoked"),
        sa.ForeignKeyConstraint(["revokes"], ["upload_link.id"], name="fk_upload_link_revokes_upload_link"),
        sa.PrimaryKeyConstraint("id", name="pk_upload_link"),
        sa.UniqueConstraint("revokes", name="uq_upload_link_revokes"),
        sa.UniqueConstraint("token_sha256", name="uq_upload_link_token_sha256"),
    )


def downgrade() -> None:
    """All links are lost, and reports that were uploaded count as those that came any other way."""
    op.drop_table("upload_link")
