"""Open the warehouse that the settings name; commands and sites do not open it by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flows.support.private_home import private_database
from flows.support.settings import Settings
from warehouse.store.engine import Engine, Session, migrate, open_engine, reading

# Apart from `flows.support.catalog`, so that commands which need only the catalogue start without SQLAlchemy.


ARCHIVE: Final = "archive"
"""Folder of the home with the rows of archived periods."""


def open_database(url: str, home: Path | None = None) -> Engine:
    """Open a database as it is, of whatever version, a SQLite file closed to other accounts; connects when first used.

    Without a home, rows of archived periods cannot be read.

    Raises:
        UsageError: the URL names no SQLite file and no PostgreSQL database.
    """
    engine = open_engine(url, home / ARCHIVE if home else None)
    if engine.dialect.name == "sqlite":
        private_database(Path(str(engine.url.database)))
    return engine


def open_warehouse(settings: Settings) -> Engine:
    """Open the warehouse and bring its tables to this version's shape.

    Raises:
        NewerWarehouseError: a later version of the program has migrated it already.
        TransientError: the database cannot be reached.
        UsageError: the URL names no SQLite file and no PostgreSQL database.
    """
    engine = open_database(settings.database, settings.home)
    migrate(engine)
    return engine


@contextmanager
def reading_warehouse(settings: Settings) -> Iterator[Session]:
    """Open the warehouse for reading only; see `open_warehouse`."""
    with reading(open_warehouse(settings)) as session:
        yield session
