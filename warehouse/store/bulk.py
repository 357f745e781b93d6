"""Write many rows at once, the same way on both engines; by COPY where PostgreSQL is given more than a few."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Column, Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

_ROWS_AT_ONCE = 5_000
_WORTH_A_COPY = 50


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table behind a model."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not mapped to a table")
    return table


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns; none is fine."""
    if not rows:
        return
    connection = session.connection()
    driver = connection.connection.driver_connection
    if len(rows) >= _WORTH_A_COPY and isinstance(driver, Connection) and _says_all(table, rows[0]):
        session.flush()
        _copy(driver, connection.dialect, table, rows)
    else:
        session.execute(insert(table), list(rows))


def upsert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or bring those whose primary key is there already up to date."""
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect_insert(table)
    keys = {column.name for column in table.primary_key}
    values = {name: column for name, column in statement.excluded.items() if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=sorted(keys), set_=values)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        session.execute(statement, list(rows[start : start + _ROWS_AT_ONCE]))


def _says_all(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether no column is left to a default of ours, which COPY does not know."""
    return all(column.name in row or column.default is None for column in table.columns)


def _copy(driver: Connection[Any], dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = [table.columns[name] for name in rows[0]]
    ready = [(column.name, _processor(column, dialect)) for column in columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([process(row[name]) for name, process in ready])


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """What makes of a Python value the one that the driver sends: the column type's own rules hold for COPY as well."""
    return column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: object) -> object:
    return value
