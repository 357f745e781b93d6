"""Damage a SQLite file as a failing disk does."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_PAGE: Final = 4096


def damage(file: Path, begin: float = 0.5, end: float = 1.0) -> None:
    """Overwrite whole pages between two places of the file (0: its begin, 1: its end), which keeps its length."""
    content = bytearray(file.read_bytes())
    pages = len(content) // _PAGE
    first, last = int(pages * begin) * _PAGE, int(pages * end) * _PAGE
    content[first:last] = b"\xa5" * (last - first)
    file.write_bytes(content)


def damage_table(file: Path, table: str) -> None:
    """Overwrite the root page of a table, so that none of its rows can be read."""
    with closing(sqlite3.connect(file)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[(root - 1) * _PAGE : root * _PAGE] = b"\xa5" * _PAGE
    file.write_bytes(content)
