"""Whether a database is of this version, without Alembic, whose import takes a fifth of what a small command costs."""

from pathlib import Path

from sqlalchemy import Connection, inspect

from warehouse.views.definitions import are_current

_VERSIONS = Path(__file__).parent / "versions"


def newest_migration() -> str:
    """Return the newest of our migrations: the name of each file begins with its number."""
    return max(file.name for file in _VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def is_current(connection: Connection) -> bool:
    """Return whether tables and views are those of this version; an empty database is not current."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    versions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return versions == [newest_migration()] and are_current(connection)
