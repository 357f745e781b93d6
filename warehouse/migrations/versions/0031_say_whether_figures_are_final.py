"""Say whether the figures of a revision are final.

Revision ID: 0031
Revises: 0030
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Until now a closing froze a revision as it was; figures that are closed are final, all others preliminary."""
    with op.batch_alter_table("rollup_revision") as table:
        table.add_column(
            sa.Column(
                "finality",
                sa.Enum("preliminary", "final", name="finality", native_enum=False, create_constraint=True, length=32),
                nullable=False,
                server_default="preliminary",
            )
        )
    op.execute(
        "UPDATE rollup_revision SET finality = 'final'"
        " WHERE id IN (SELECT revision_id FROM closing WHERE reopened_at IS NULL)"
    )
    with op.batch_alter_table("rollup_revision") as table:
        table.alter_column("finality", server_default=None)


def downgrade() -> None:
    """Closings say which figures are closed."""
    with op.batch_alter_table("rollup_revision") as table:
        table.drop_constraint("finality", type_="check")
        table.drop_column("finality")
