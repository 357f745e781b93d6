"""Open the warehouse, and do things in it wholly or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from domain.errors import UsageError
from warehouse.errors import explain
from warehouse.migrations.apply import is_current, upgrade

__all__ = [
    "Engine",
    "Session",
    "Warehouse",
    "explained",
    "migrate",
    "normalise_url",
    "open_engine",
    "reading",
    "serialise",
    "transaction",
    "trial",
]

Warehouse = Engine | Connection
"""What work is done in: the warehouse, or a trial of it (see `trial`)."""

BUSY_SECONDS = 60
"""How long a SQLite writer waits for another before it gives up."""

_READ_ONLY = "tonghop_read_only"
_LIFECYCLE_LOCK = 585_2025_05


def normalise_url(url: str) -> str:
    """The URL with the driver spelt out, so that every library that opens it takes the same one.

    Raises:
        UsageError: no URL, or an engine other than SQLite (a file) and PostgreSQL.
    """
    return _checked(url).render_as_string(hide_password=False)


def open_engine(url: str) -> Engine:
    """Make ready to talk to a warehouse; connects only when first used. SQLite makes its folder.

    Raises:
        UsageError: the URL names no SQLite file and no PostgreSQL database.
    """
    address = _checked(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(address, pool_pre_ping=True)
    Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to this version's shape, from nothing or from any earlier version; a current one is left alone.

    Whoever only looks at a current warehouse waits for no writer.

    Raises:
        NewerWarehouseError: a later version of the program has migrated it already.
        TransientError: the database cannot be reached.
    """
    with explained(engine):
        with engine.execution_options(**{_READ_ONLY: True}).begin() as connection:
            if is_current(connection):
                return
        with engine.begin() as connection:
            _lock(connection)
            upgrade(connection)


@contextmanager
def trial(engine: Engine) -> Iterator[Connection]:
    """The warehouse as it stands, in which anything can be done and of which nothing is kept.

    Work is done in it as in the warehouse itself: each transaction sees what those before it did, and one that fails
    undoes its own part. Until the block ends, nobody else can move submissions.

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
    """A session whose work is kept wholly when the block ends, and not at all when it raises.

    On SQLite it is the only writer from its first statement on: a second one waits.

    Raises:
        TransientError: the database cannot be reached, is busy, or went away; nothing of the block was kept.
    """
    with (
        explained(engine),
        # Within a trial a transaction is a savepoint.
        Session(engine, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
        session.begin(),
    ):
        yield session


@contextmanager
def reading(engine: Warehouse) -> Iterator[Session]:
    """A session that sees the warehouse as of one moment and never waits for a writer; it cannot write.

    Raises:
        TransientError: the database cannot be reached.
    """
    if isinstance(engine, Connection):  # a trial, which sees what was done in it
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
    """Let one transaction at a time move submissions or roll up, until it ends; SQLite's writers are alone anyway.

    Whoever reads "everything up to event n" then knows that no smaller event is still to come.
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
    # The driver would begin transactions by its own rules; SQLAlchemy's "begin" event does it instead.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading cannot wait when it comes to write, it fails: so writers say so first.
    if connection.get_execution_options().get(_READ_ONLY):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def explained(engine: Warehouse) -> Iterator[None]:
    """Say what a driver's error within the block means for whoever waits for it.

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
