"""Tell files, deliveries and submissions apart, and let submissions be held.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = (
    "received",
    "parsed",
    "checked",
    "accepted",
    "quarantined",
    "replaced_before_check",
    "superseded",
    "withdrawn",
)
SEVERITIES = ("critical", "warning", "info")
CHOICES = (
    ("submission", "state", STATES, "held"),
    ("submission_event", "from_state", STATES, "held"),
    ("submission_event", "to_state", STATES, "held"),
    ("issue", "severity", SEVERITIES, "hold"),
)


def upgrade() -> None:
    """The first delivery of a file is the one that its submission was made of; the later ones repeat it."""
    op.create_table(
        "file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_file"),
    )
    op.execute("INSERT INTO file (sha256, size, landed_at) SELECT sha256, size, landed_at FROM submission")
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("delivery_id", BIG_ID, nullable=True))
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("sha256", sa.Text(), nullable=True))
        table.add_column(sa.Column("repeats_id", BIG_ID, nullable=True))
        table.add_column(sa.Column("restored", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE submission SET delivery_id ="
        " (SELECT min(delivery.id) FROM delivery WHERE delivery.submission_id = submission.id)"
    )
    op.execute(
        "UPDATE delivery SET"
        " sha256 = (SELECT submission.sha256 FROM submission WHERE submission.id = delivery.submission_id),"
        " repeats_id = (SELECT submission.delivery_id FROM submission WHERE submission.id = delivery.submission_id"
        " AND submission.delivery_id <> delivery.id)"
    )
    with op.batch_alter_table("delivery") as table:
        table.drop_constraint("uq_delivery_connector_path_fingerprint_submission_id", type_="unique")
        table.drop_constraint("fk_delivery_submission_id_submission", type_="foreignkey")
        table.drop_index("ix_delivery_submission_id")
        table.drop_column("submission_id")
        table.alter_column("sha256", existing_type=sa.Text(), nullable=False)
        table.alter_column("restored", existing_type=sa.Boolean(), server_default=None)
        table.create_foreign_key("fk_delivery_sha256_file", "file", ["sha256"], ["sha256"])
        table.create_foreign_key("fk_delivery_repeats_id_delivery", "delivery", ["repeats_id"], ["id"])
        table.create_unique_constraint(
            "uq_delivery_connector_path_fingerprint_sha256", ["connector", "path", "fingerprint", "sha256"]
        )
        table.create_index("ix_delivery_sha256", ["sha256"])
        table.create_index("ix_delivery_repeats_id", ["repeats_id"])
    with op.batch_alter_table("submission") as table:
        table.drop_constraint("uq_submission_sha256", type_="unique")
        table.drop_column("size")
        table.alter_column("delivery_id", existing_type=BIG_ID, nullable=False)
        table.create_foreign_key("fk_submission_delivery_id_delivery", "delivery", ["delivery_id"], ["id"])
        table.create_foreign_key("fk_submission_sha256_file", "file", ["sha256"], ["sha256"])
        table.create_index("ix_submission_delivery_id", ["delivery_id"])
        table.create_index("ix_submission_sha256", ["sha256"])
    _choose(added=True)
    # From now on these get a reply too; nobody is to get one for each report of the past years.
    op.execute(
        "INSERT INTO reply (submission_id, judgement, accepted, given_at, folder) "
        "SELECT id, judgement, false, landed_at, '' FROM submission WHERE state = 'replaced_before_check' "
        "AND NOT EXISTS (SELECT 1 FROM reply WHERE reply.submission_id = submission.id)"
    )


def downgrade() -> None:
    """Fail where a file was submitted twice: there was no place for that. What is held counts as refused."""
    for table_name, column, _, added in CHOICES:
        before = "critical" if added == "hold" else "quarantined"
        op.execute(f"UPDATE {table_name} SET {column} = '{before}' WHERE {column} = '{added}'")  # noqa: S608 # our own
    _choose(added=False)
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("submission_id", BIG_ID, nullable=True))
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("size", BIG_ID, nullable=True))
    op.execute(
        "UPDATE delivery SET submission_id = (SELECT submission.id FROM submission"
        " WHERE submission.delivery_id = coalesce(delivery.repeats_id, delivery.id))"
    )
    op.execute("UPDATE submission SET size = (SELECT file.size FROM file WHERE file.sha256 = submission.sha256)")
    with op.batch_alter_table("submission") as table:
        table.drop_index("ix_submission_delivery_id")
        table.drop_index("ix_submission_sha256")
        table.drop_constraint("fk_submission_delivery_id_delivery", type_="foreignkey")
        table.drop_constraint("fk_submission_sha256_file", type_="foreignkey")
        table.drop_column("delivery_id")
        table.alter_column("size", existing_type=BIG_ID, nullable=False)
        table.create_unique_constraint("uq_submission_sha256", ["sha256"])
    with op.batch_alter_table("delivery") as table:
        table.drop_index("ix_delivery_sha256")
        table.drop_index("ix_delivery_repeats_id")
        table.drop_constraint("uq_delivery_connector_path_fingerprint_sha256", type_="unique")
        table.drop_constraint("fk_delivery_sha256_file", type_="foreignkey")
        table.drop_constraint("fk_delivery_repeats_id_delivery", type_="foreignkey")
        for column in ("sha256", "repeats_id", "restored"):
            table.drop_column(column)
        table.alter_column("submission_id", existing_type=BIG_ID, nullable=False)
        table.create_foreign_key("fk_delivery_submission_id_submission", "submission", ["submission_id"], ["id"])
        table.create_unique_constraint(
            "uq_delivery_connector_path_fingerprint_submission_id",
            ["connector", "path", "fingerprint", "submission_id"],
        )
        table.create_index("ix_delivery_submission_id", ["submission_id"])
    op.drop_table("file")


def _choose(*, added: bool) -> None:
    """Let the columns hold the new value besides the old ones, or no longer."""
    for table_name, column, values, new in CHOICES:
        with op.batch_alter_table(table_name) as table:
            table.drop_constraint(column, type_="check")
            table.create_check_constraint(column, sa.column(column).in_((*values, new) if added else values))
