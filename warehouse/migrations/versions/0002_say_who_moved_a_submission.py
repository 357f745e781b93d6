"""Say who moved a submission, and who holds the lock of runs."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column('submission_event', sa.Column('note', sa.Text(), nullable=True))
    op.add_column('submission_event', sa.Column('actor', sa.Text(), nullable=True))
    op.create_table('run_holder',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('process', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_holder'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('run_holder')
    op.drop_column('submission_event', 'actor')
    op.drop_column('submission_event', 'note')
