"""Engine, migration, transactions and read sessions of the warehouse."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from domain.errors import UsageError
from warehouse.errors import explain
from warehouse.store.audit import RecordingSession

__all__ = [
    "Engine",
    "Session",
    "Warehouse",
    "archive_folder",
    "explained",
    "give_way",
    "migrate",
    "normalise_url",
    "open_engine",
    "reading",
    "serialise",
    "transaction",
    "trial",
]

Warehouse = Engine | Connection
"""The warehouse itself, or a trial of it (see `trial`)."""

BUSY_SECONDS = 60
"""Seconds that a SQLite writer waits for another before it fails."""

_LOOK_SECONDS = 0.003
"""Between two looks of a SQLite writer at whether another has ended."""
_PRIMARY_CODE = 0xFF
"""The part of a SQLite error's code that says which kind it is."""
_READ_ONLY = "tonghop_read_only"
_ARCHIVE = "tonghop_archive"
_LIFECYCLE_LOCK = 585_2025_05


def normalise_url(url: str) -> str:
    """Return the URL with an explicit driver, so that every library uses the same one.

    Raises:
        UsageError: no URL, or an engine other than SQLite (a file) and PostgreSQL.
    """
    return _checked(url).render_as_string(hide_password=False)


def open_engine(url: str, archive: Path | None = None) -> Engine:
    """Return an engine that connects when first used; create the folder of a SQLite file, closed to other accounts.

    `archive` is the folder with the rows of archived periods; without it these cannot be read.

    Raises:
        UsageError: the URL names no SQLite file and no PostgreSQL database.
    """
    address = _checked(url)
    options = {_ARCHIVE: archive}
    if address.get_backend_name() == "postgresql":
        return create_engine(address, pool_pre_ping=True, execution_options=options)
    Path(str(address.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, execution_options=options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def archive_folder(of: Warehouse) -> Path | None:
    """Return the folder with the rows of archived periods that a warehouse was opened with."""
    folder: Path | None = of.get_execution_options().get(_ARCHIVE)
    return folder


def migrate(engine: Engine) -> None:
    """Migrate the tables to this version, from any earlier one; leave a current one alone, create them in an empty one.

    The check of a current warehouse does not wait for a writer.

    Raises:
        NewerWarehouseError: a later version of the program has migrated it already.
        TransientError: the database cannot be reached.
    """
    from warehouse.migrations.current import create_in_empty, is_current  # noqa: PLC0415 # a process that only opens one does without

    with explained(engine):
        with engine.execution_options(**{_READ_ONLY: True}).begin() as connection:
            if is_current(connection):
                return
        with engine.begin() as connection:
            _lock(connection)
            if create_in_empty(connection):
                return
            from warehouse.migrations.apply import upgrade  # noqa: PLC0415 # with Alembic, a fifth of a second

            upgrade(connection)


@contextmanager
def trial(engine: Engine) -> Iterator[Connection]:
    """Yield a connection to the warehouse whose changes are all rolled back at the end.

    It can be used like the warehouse itself: each transaction sees the earlier ones, and a failed one is rolled back
    alone. Until the block ends no other process can change states of submissions.

    Raises:
        TransientError: the database cannot be reached, is busy, or went away.
    """
    with explained(engine), engine.connect() as connection:
        whole = connection.begin()
        try:
            yield connection
        finally:
            whole.rollback()


@contextmanager
def transaction(engine: Warehouse) -> Iterator[Session]:
    """Yield a session that commits when the block ends, and rolls back when it raises.

    On SQLite it is the only writer from its first statement on: a second one waits.

    Raises:
        TransientError: the database cannot be reached, is busy, or went away; nothing of the block was kept.
    """
    with (
        explained(engine),
        # Within a trial a transaction is a savepoint.
        RecordingSession(engine, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
        session.begin(),
    ):
        yield session


@contextmanager
def reading(engine: Warehouse) -> Iterator[Session]:
    """Yield a read-only session on a snapshot of the warehouse, which never waits for a writer.

    Raises:
        TransientError: the database cannot be reached.
    """
    if isinstance(engine, Connection):  # a trial, which has to see its own changes
        with transaction(engine) as session:
            yield session
        return
    options: dict[str, Any] = {_READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        explained(engine),
        Session(engine.execution_options(**options), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def serialise(session: Session) -> None:
    """Serialise transactions that change states or roll up; SQLite has a single writer anyway.

    A reader of "everything up to event n" can thus rely on no smaller event being committed later.
    """
    _lock(session.connection())


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LIFECYCLE_LOCK})


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(
            f"{url!r} is no database URL: write sqlite:///folder/warehouse.db or postgresql://…"
        ) from error
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or address.database in {None, "", ":memory:"}:
        shown = address.render_as_string(hide_password=True)
        raise UsageError(f"{shown}: the warehouse is a SQLite file or a PostgreSQL database")
    return address


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy's "begin" event begins transactions, not the driver by rules of its own.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A migration of this connection may have set it off; within a transaction it cannot be set.
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    # A transaction that starts reading fails instead of waiting when it writes: so writers begin IMMEDIATE.
    if connection.get_execution_options().get(_READ_ONLY):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        if not _begin_in_turn(cast("sqlite3.Connection", connection.connection.driver_connection)):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_in_turn(connection: sqlite3.Connection) -> bool:
    """Begin to write as soon as no other does, and return whether that came about in time.

    SQLite queues no writers. It looks less and less often, so that one that waits comes too late between the
    transactions of another, time and again.
    """
    give_up = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < give_up:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                    return False
                time.sleep(_LOOK_SECONDS)
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return False


def give_way(engine: Warehouse) -> None:
    """Let writers that wait go first, between transactions of a series: SQLite would not let them in."""
    if isinstance(engine, Engine) and engine.dialect.name == "sqlite":
        time.sleep(2 * _LOOK_SECONDS)


@contextmanager
def explained(engine: Warehouse) -> Iterator[None]:
    """Translate a driver's errors within the block.

    Raises:
        TransientError: the database cannot be reached, is busy, or went away.
        WarehouseUnusableError: it cannot serve until a person acts.
    """
    try:
        yield
    except DBAPIError as error:
        explained = explain(error, engine.engine.url.render_as_string(hide_password=True))
        if explained is None:
            raise
        raise explained from error
