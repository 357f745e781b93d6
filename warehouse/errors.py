"""Errors of the database, transient or terminal, with what to do about them."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from domain.errors import TerminalError, TonghopError, TransientError

_INTACT = "nothing of the unfinished step was kept, all that was there before is intact"
# PostgreSQL's classes: connection, transaction rollback, out of resources, lock not available, operator intervention.
_TRANSIENT_CLASSES = ("08", "40", "53", "55P03", "57P")
_UNDEFINED_TABLE = "42P01"
_OTHERS_DEPEND = "2BP01"


class WarehouseUnavailableError(TransientError):
    """The database cannot be reached, is busy, or went away."""

    def __init__(self, url: str, reason: str) -> None:
        """Keep the address (without its password) and the driver's words."""
        self.url = url
        self.reason = reason
        super().__init__(f"warehouse {url} is not available ({reason}); {_INTACT}; check the server and run again")


class WarehouseUnusableError(TerminalError):
    """The file or database at that address cannot serve as a warehouse until a person acts."""

    def __init__(self, url: str, reason: str, action: str) -> None:
        """Keep the address (without its password), the driver's words, and what to do."""
        self.url = url
        self.reason = reason
        super().__init__(f"warehouse {url} cannot be used ({reason}); {_INTACT}; {action}")


class WarehouseDamagedError(TerminalError):
    """Parts of the database's file are not what the database wrote."""

    def __init__(self, url: str, reason: str) -> None:
        """Keep the address (without its password) and the database's words."""
        self.url = url
        self.reason = reason
        super().__init__(
            f"warehouse {url} is damaged ({reason}); nothing more was written to it. Keep what is sound of it with "
            "`tonghop backup FILE`, move the home away, and bring the last whole backup back with `tonghop restore "
            "FILE`; reports since that backup are collected again from the inbox"
        )


class NewerWarehouseError(TerminalError):
    """A later version of the program has migrated this warehouse; this version must not touch it."""

    def __init__(self, result: str, known: str) -> None:
        """Keep the revision found and the newest one known here."""
        self.found = result
        self.known = known
        super().__init__(
            f"the warehouse has migration {result}, this version knows up to {known}: nothing was changed; "
            "install the newer version of tonghop, or restore a backup made before the upgrade"
        )


class ReferencesBrokenError(TerminalError):
    """A row of the warehouse refers to a row that is not there."""

    def __init__(self, table: str, rows: int) -> None:
        """Keep the first table that has such rows, and how many there are in all."""
        self.table = table
        self.rows = rows
        super().__init__(
            f"{rows} rows of the warehouse, the first of them in {table}, refer to rows that are not there; {_INTACT}; "
            "restore the warehouse from a backup"
        )


class ArchivedRowsError(TerminalError):
    """The file with rows of an archived form and period cannot be used."""

    def __init__(self, of: tuple[str, str], path: Path, fault: str) -> None:
        """Keep form and period, the file, and what is wrong with it."""
        self.of = of
        self.path = path
        self.fault = fault
        form, period = of
        super().__init__(
            f"the rows of {form} {period} are archived, and {path} {fault}: nothing was changed. Bring the file back "
            "from a backup, or copy it from the machine that archived it, to the same place below the home's archive/"
        )


def explain(error: DBAPIError, url: str) -> TonghopError | None:
    """Translate a driver's error; return None for a defect of ours, which is to be raised as it is."""
    origin = error.orig
    reason = " ".join(str(origin).split())
    if isinstance(origin, sqlite3.Error):
        return _explain_sqlite(origin, url, reason)
    state: str | None = getattr(origin, "sqlstate", None)
    if state == _UNDEFINED_TABLE:
        return WarehouseUnusableError(url, reason, _MIGRATE)
    if state == _OTHERS_DEPEND:
        return WarehouseUnusableError(url, reason, _MAKE_WAY)
    # A failed connection attempt has no state.
    unconnected = state is None and isinstance(error, OperationalError)
    if unconnected or error.connection_invalidated or (state or "").startswith(_TRANSIENT_CLASSES):
        return WarehouseUnavailableError(url, reason)
    return None


def _explain_sqlite(origin: sqlite3.Error, url: str, reason: str) -> TonghopError | None:
    code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return WarehouseUnavailableError(url, reason)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or _NOT_TEXT in reason:
        return WarehouseDamagedError(url, reason)
    action = _SQLITE_ACTIONS.get(code) or next((what for item, what in _SQLITE_SAYS.items() if item in reason), None)
    return WarehouseUnusableError(url, reason, action) if action else None


_MIGRATE = "run `migrate` on it first"
_MAKE_WAY = "drop what is named there, which is not ours, run again, and make it anew"
_FREE_SPACE = "free some disk space, then run again"
_ALLOW = "see that the file and its folder may be written by this user"
_NOT_TEXT = "Could not decode to UTF-8"
_SQLITE_ACTIONS = {
    sqlite3.SQLITE_FULL: _FREE_SPACE,
    sqlite3.SQLITE_IOERR: _FREE_SPACE,
    sqlite3.SQLITE_CANTOPEN: _ALLOW,
    sqlite3.SQLITE_READONLY: _ALLOW,
    sqlite3.SQLITE_PERM: _ALLOW,
}
_SQLITE_SAYS = {
    "no such table": _MIGRATE,
    "integer overflow": "sums this large need a PostgreSQL warehouse",
}
