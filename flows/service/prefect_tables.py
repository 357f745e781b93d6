"""Prefect's tables, laid into a new SQLite database at once: its own migrations of an empty one take five seconds."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from prefect.settings import get_current_settings

TABLES: Final = Path(__file__).parent / "prefect_tables.sql"
"""What all migrations of the required version leave behind; `python -m tests.tools.prefect_tables` writes it."""
_SQLITE: Final = "sqlite+aiosqlite:///"
_LONGEST_WAIT_SECONDS: Final = 60


def lay_tables() -> bool:
    """Create the tables if Prefect's database is an empty SQLite file.

    Anything that keeps the tables from being laid is left to Prefect, which then migrates and reports it.

    Returns:
        Whether the database has the tables of the required version, so that there is nothing to migrate.
    """
    url = get_current_settings().server.database.connection_url
    name = url.get_secret_value().removeprefix(_SQLITE) if url else ""
    if not Path(name).is_file():
        return False
    tables = TABLES.read_text(encoding="utf-8")
    with suppress(sqlite3.Error), closing(sqlite3.connect(name, timeout=_LONGEST_WAIT_SECONDS)) as database:
        if database.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            with suppress(sqlite3.OperationalError):  # another command laid them meanwhile
                database.executescript(tables)
        (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        return f"VALUES('{version}')" in tables
    return False
