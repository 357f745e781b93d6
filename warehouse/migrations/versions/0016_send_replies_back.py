"""Send replies back the way that reports came: the mails of deliveries, and what goes out.

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Replies that were written before go nowhere else: their senders know the outbox."""
    op.create_table(
        "delivery_mail",
        sa.Column("delivery_id", BIG_ID, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery_mail"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_delivery_mail_delivery_id_delivery"),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reply_id", BIG_ID, nullable=True),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("way", _choice("way", "files", "mail"), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", _choice("state", "due", "sent", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_outgoing_reply_id_reply"),
    )
    op.create_index("ix_outgoing_reply_id", "outgoing", ["reply_id"])
    op.create_index("ix_outgoing_message_id", "outgoing", ["message_id"])
    op.create_index("ix_outgoing_state_next_at", "outgoing", ["state", "next_at"])


def downgrade() -> None:
    """What was not sent stays in the outbox of the home."""
    op.drop_table("outgoing")
    op.drop_table("delivery_mail")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
