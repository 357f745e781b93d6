"""A disk that is full from some write on: of files, of the SQLite database, of PostgreSQL."""

import builtins
import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import sqlalchemy

from flows.support.context import AppContext
from warehouse.store.engine import Engine

_WRITING = frozenset("wax+")
_CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Writes:
    """Number of writes so far, and how many the disk takes at most."""

    most: float = float("inf")
    done: int = 0

    def count(self, name: object) -> None:
        """Count a write; raise beyond the most that it takes."""
        self.done += 1
        if self.done > self.most:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(name))


@contextmanager
def counted_files(folder: Path, writes: Writes) -> Iterator[None]:
    """Count each write into files below a folder, whichever library opens them by Python's `open`."""
    really_open = io.open

    def open_counted(file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:  # noqa: ANN401 # as the function it replaces
        opened = really_open(file, mode, *args, **more)
        path = Path(f"/proc/self/fd/{opened.fileno()}").readlink()
        if _WRITING & set(mode) and path.is_relative_to(folder):
            write = opened.write

            def write_counted(data: Any) -> int:  # noqa: ANN401 # text or bytes
                writes.count(path)
                written: int = write(data)
                return written

            opened.write = write_counted
        return opened

    with patch.object(io, "open", open_counted), patch.object(builtins, "open", open_counted):
        yield


def count_statements(context: AppContext, writes: Writes) -> None:
    """Count each statement by which this context changes PostgreSQL; beyond the most it fails as on a full disk."""

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(_CHANGES):
            try:
                writes.count("database")
            except OSError as error:
                raise psycopg.errors.DiskFull(error.strerror) from error

    sqlalchemy.event.listen(_engine(context), "before_cursor_execute", count)


def limit_pages(context: AppContext, pages: int) -> None:
    """Let the SQLite database of this context grow by so many pages only."""
    engine = _engine(context)

    def limit(connection: Any, _: object) -> None:  # noqa: ANN401 # sqlite3's, of whichever driver
        (used,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    engine.dispose()  # what is connected already has no limit
    sqlalchemy.event.listen(engine, "connect", limit)


def _engine(context: AppContext) -> Engine:
    assert isinstance(context.engine, Engine)
    return context.engine
