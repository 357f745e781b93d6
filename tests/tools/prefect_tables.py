"""Write the tables of the installed Prefect into `flows/service/prefect_tables.sql`.

    python -m tests.tools.prefect_tables

To be run, and the difference looked at, when another version of Prefect is required.
"""

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from flows.service.prefect_tables import TABLES
from tests.flows.deployments.prefect_server import DATABASE, clean_environment

_MIGRATE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


def tables_of(database: Path) -> str:
    """Return the statements that make a database's tables, indexes and views, and its version."""
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def migrated_tables() -> str:
    """Return what Prefect's migrations make of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", _MIGRATE], env=clean_environment(PREFECT_HOME=folder), check=True)
        return tables_of(Path(folder) / DATABASE)


if __name__ == "__main__":
    TABLES.write_text(migrated_tables(), encoding="utf-8")
