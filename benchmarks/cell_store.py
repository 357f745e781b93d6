"""SQLite table of the numbers that a reader found on the first sheet of each workbook."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple


class StoredCell(NamedTuple):
    """A number: path of its workbook below the folder, address, value."""

    file: str
    cell: str
    value: float


def store_cells(path: Path, workbooks: Iterable[Iterable[StoredCell]]) -> None:
    """Write the numbers of all workbooks into a new database, in one transaction."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE cell (file TEXT, cell TEXT, value REAL)")
        for cells in workbooks:
            database.executemany("INSERT INTO cell VALUES (?, ?, ?)", cells)


def load_cells(path: Path) -> Mapping[tuple[str, str], float]:
    """Return the stored numbers by workbook and address."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT file, cell, value FROM cell")
        return {(file, cell): value for file, cell, value in rows}
