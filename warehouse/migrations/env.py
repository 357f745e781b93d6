"""What Alembic runs for every command: our tables, on the connection that was handed in."""

from alembic import context

from warehouse.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a column: the table is copied instead.
    render_as_batch=True,
    # All migrations or none: both engines can take back a half-made table.
    transactional_ddl=True,
    compare_type=True,
    render_item=context.config.attributes.get("render_item"),
)
with context.begin_transaction():
    context.run_migrations()
