"""Examine a SQLite warehouse for damage, for a bounded time: 0.1 s for 100 MB."""

import sqlite3
import time
from collections.abc import Callable
from typing import Final, cast

from warehouse.errors import WarehouseDamagedError
from warehouse.store.engine import Engine, reading

_STEPS_BETWEEN_LOOKS: Final = 1_000
"""Steps of SQLite's virtual machine between two looks at the clock; up to 3.40 a tree of pages is one step."""


def require_sound(engine: Engine, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> bool:
    """Examine the structure of a SQLite warehouse and raise at the first damage; PostgreSQL examines its own pages.

    SQLite itself notices damage only on the pages that it happens to read.

    Returns:
        Whether all of it was examined within that many seconds.

    Raises:
        WarehouseDamagedError: a part of the file is not what SQLite wrote.
    """
    if engine.dialect.name != "sqlite":
        return True
    until = monotonic() + seconds
    with reading(engine) as session:
        connection = cast("sqlite3.Connection", session.connection().connection.driver_connection)
        connection.set_progress_handler(lambda: monotonic() > until, _STEPS_BETWEEN_LOOKS)
        # What rows may say was checked when they were written: it takes three quarters of the time.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            ((result,),) = connection.execute("PRAGMA quick_check(1)")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            result = str(error)
        finally:
            connection.set_progress_handler(None, 0)
            connection.execute("PRAGMA ignore_check_constraints = OFF")
    if result != "ok":
        raise WarehouseDamagedError(engine.url.render_as_string(hide_password=True), " ".join(result.split()))
    return True
