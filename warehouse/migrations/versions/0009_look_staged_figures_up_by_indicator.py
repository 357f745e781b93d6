"""Look staged figures up by indicator.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("stg_observation", "stg_due", "stg_register", "stg_history", "stg_peer")
BEFORE = ["run_id", "submission_id"]
SINCE = [*BEFORE, "indicator"]


def upgrade() -> None:
    """Rules join a report's lines to its past and to what is due, each by its indicator."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_run_id_submission_id", table)
        op.create_index(f"ix_{table}_run_id_submission_id_indicator", table, SINCE)


def downgrade() -> None:
    """All lines of a report are gone through for each of them again."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_run_id_submission_id_indicator", table)
        op.create_index(f"ix_{table}_run_id_submission_id", table, BEFORE)
