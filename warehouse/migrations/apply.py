"""Run the migrations from code: there is no alembic.ini, and the database comes as an open connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from warehouse.errors import NewerWarehouseError, ReferencesBrokenError
from warehouse.views.definitions import drop_views, make_views


def upgrade(connection: Connection) -> None:
    """Migrate the tables to the newest migration and the views to this version, in the connection's transaction.

    Raises:
        NewerWarehouseError: the database has a migration that is not among ours.
    """
    config = configuration(connection)
    _refuse_newer(connection, config)
    with _unchecked_references(connection):
        drop_views(connection)
        command.upgrade(config, "head")
        make_views(connection)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Take the tables back to an earlier migration, in the connection's transaction; `base` removes them.

    The views go: they are those of the newest migration, and come back with it.
    """
    with _unchecked_references(connection):
        drop_views(connection)
        command.downgrade(configuration(connection), revision)


@contextmanager
def _unchecked_references(connection: Connection) -> Iterator[None]:
    """Let SQLite copy tables that others refer to, and check all references at the end; the next transaction has them.

    Raises:
        ReferencesBrokenError: a row refers to one that is not there; the transaction has to be rolled back.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    # SQLite ignores this setting within a transaction. Nothing was written in this one so far.
    for statement in ("COMMIT", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"):
        connection.exec_driver_sql(statement)
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise ReferencesBrokenError(str(broken[0][0]), len(broken))


def configuration(connection: Connection) -> Config:
    """Return Alembic's settings for our migrations on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    current_revision = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    if current_revision is None or newest is None:
        return
    try:
        scripts.get_revision(current_revision)
    except CommandError as error:
        raise NewerWarehouseError(current_revision, newest) from error
