"""Reply to deliveries: a reply lists the judgements of all submissions of its delivery.

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_NUMBERED = """SELECT before.*, submission.delivery_id, row_number() OVER (
        PARTITION BY submission.delivery_id ORDER BY before.given_at, before.submission_id, before.judgement
    ) AS number FROM reply_before AS before JOIN submission ON submission.id = before.submission_id"""


def upgrade() -> None:
    """Until now a delivery made one submission: each reply to a judgement becomes one to the delivery."""
    op.execute("CREATE TABLE reply_before AS SELECT * FROM reply")
    op.drop_table("reply")
    op.create_table(
        "reply",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("delivery_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_reply_delivery_id_delivery"),
        sa.UniqueConstraint("delivery_id", "number", name="uq_reply_delivery_id_number"),
    )
    op.create_table(
        "replied_judgement",
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("judgement", sa.Integer(), nullable=False),
        sa.Column("reply_id", BIG_ID, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "judgement", name="pk_replied_judgement"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_replied_judgement_submission_id_submission"
        ),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_replied_judgement_reply_id_reply"),
    )
    op.create_index("ix_replied_judgement_reply_id", "replied_judgement", ["reply_id"])
    op.execute(
        "INSERT INTO reply (delivery_id, number, given_at, run_id, folder) "  # noqa: S608 # our own
        f"SELECT delivery_id, number, given_at, run_id, folder FROM ({_NUMBERED}) AS numbered"
    )
    op.execute(
        "INSERT INTO replied_judgement (submission_id, judgement, reply_id, accepted) "  # noqa: S608 # our own
        f"SELECT numbered.submission_id, numbered.judgement, reply.id, numbered.accepted FROM ({_NUMBERED}) AS numbered "
        "JOIN reply ON reply.delivery_id = numbered.delivery_id AND reply.number = numbered.number"
    )
    op.drop_table("reply_before")


def downgrade() -> None:
    """Each judgement replied to has a reply of its own again."""
    op.execute(
        "CREATE TABLE reply_before AS SELECT replied_judgement.submission_id, replied_judgement.judgement,"
        " replied_judgement.accepted, reply.given_at, reply.run_id, reply.folder"
        " FROM replied_judgement JOIN reply ON reply.id = replied_judgement.reply_id"
    )
    op.drop_table("replied_judgement")
    op.drop_table("reply")
    op.create_table(
        "reply",
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("judgement", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "judgement", name="pk_reply"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_reply_submission_id_submission"),
    )
    op.execute("INSERT INTO reply SELECT * FROM reply_before")
    op.drop_table("reply_before")
