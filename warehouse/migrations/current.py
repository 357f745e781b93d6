"""Whether a database is of this version, and making an empty one so, without Alembic.

Its import takes a fifth of what a small command costs, and all migrations of an empty database twice as much again.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from warehouse.models import Base
from warehouse.views.definitions import are_current, make_views

_VERSIONS = Path(__file__).parent / "versions"
_VERSION_TABLE = "alembic_version"


def newest_migration() -> str:
    """Return the newest of our migrations: the name of each file begins with its number."""
    return max(file.name for file in _VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def is_current(connection: Connection) -> bool:
    """Return whether tables and views are those of this version; an empty database is not current."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return False
    versions = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").scalars().all()  # noqa: S608 # ours
    return versions == [newest_migration()] and are_current(connection)


def create_in_empty(connection: Connection) -> bool:
    """Create the tables and views of this version if the database has no table; return whether it had none."""
    if inspect(connection).get_table_names():
        return False
    Base.metadata.create_all(connection)
    # As Alembic makes it.
    connection.exec_driver_sql(
        f"CREATE TABLE {_VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
        f"CONSTRAINT {_VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(text(f"INSERT INTO {_VERSION_TABLE} VALUES (:newest)"), {"newest": newest_migration()})  # noqa: S608 # ours
    make_views(connection)
    return True
