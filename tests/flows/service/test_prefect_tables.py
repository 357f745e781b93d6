"""Prefect's tables in a new database: they equal those of its migrations, and others are left to these."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, temporary_settings

from flows.service.prefect_tables import TABLES, lay_tables
from tests.tools.prefect_tables import migrated_tables, tables_of


@pytest.mark.services
@pytest.mark.xdist_group("prefect")
def test_the_tables_are_those_of_all_migrations() -> None:
    """The file holds what Prefect's migrations make of an empty database, but for the order of constraints."""
    assert _contents(migrated_tables()) == _contents(TABLES.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("statements", "is_current"),
    [
        pytest.param("", True, id="empty"),
        pytest.param(TABLES.read_text(encoding="utf-8"), True, id="laid before"),
        pytest.param(
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('b')",
            False,
            id="of another version",
        ),
        pytest.param("CREATE TABLE flow (id)", False, id="begun by a killed migration"),
    ],
)
def test_only_an_empty_database_gets_tables(tmp_path: Path, statements: str, is_current: bool) -> None:
    """An empty database has all tables of the required version afterwards, any other one is unchanged."""
    path = tmp_path / "prefect.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statements)
    before = tables_of(path)
    with temporary_settings({PREFECT_API_DATABASE_CONNECTION_URL: f"sqlite+aiosqlite:///{path}"}):
        assert lay_tables() == is_current
    assert tables_of(path) == (before if statements else TABLES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("url", ["postgresql+asyncpg://prefect@127.0.0.1/prefect", "sqlite+aiosqlite:///:memory:"])
def test_other_databases_are_left_to_prefect(url: str) -> None:
    """No file is made for a server's database or one in memory, which Prefect migrates itself."""
    with temporary_settings({PREFECT_API_DATABASE_CONNECTION_URL: url}):
        assert not lay_tables()


def _contents(script: str) -> tuple[dict[tuple[str, str], list[str]], list[tuple[str]]]:
    """Return the lines of each statement in alphabetical order, and the version."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(script)
        statements = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
        version = database.execute("SELECT version_num FROM alembic_version").fetchall()
    return {
        (kind, name): sorted(line.strip(" \t,") for line in sql.splitlines()) for kind, name, sql in statements
    }, version
