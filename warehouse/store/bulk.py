"""Write many rows and query by many values, alike on both engines; many rows go past SQLAlchemy to the driver."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Dialect, Insert, Table, insert
from sqlalchemy import Connection as SessionConnection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from domain.batches import batched

_ROWS_PER_STATEMENT: Final = 5_000
_VALUES_PER_STATEMENT: Final = 1_000
_FEWEST_ROWS_TO_COPY: Final = 50

_T = TypeVar("_T", int, str)


def in_chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield distinct values, sorted, in chunks that fit into the parameters of one statement."""
    return batched(sorted(set(values)), _VALUES_PER_STATEMENT)


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table that a model is mapped to."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not mapped to a table")
    return table


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; do nothing without any."""
    if not rows:
        return
    connection = session.connection()
    plain = _needs_no_defaults(table, rows[0])
    if plain and connection.dialect.name == "sqlite":
        session.flush()
        _execute_plainly(connection, insert(table), table, rows)
    elif plain and len(rows) >= _FEWEST_ROWS_TO_COPY:
        session.flush()
        _copy(connection, table, rows)
    else:
        session.execute(insert(table), list(rows))


def upsert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update those whose primary key exists."""
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect_insert(table)
    keys = {column.name for column in table.primary_key}
    values = {name: column for name, column in statement.excluded.items() if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=sorted(keys), set_=values)
    connection = session.connection()
    for batch in batched(rows, _ROWS_PER_STATEMENT):
        if connection.dialect.name == "sqlite" and _needs_no_defaults(table, batch[0]):
            _execute_plainly(connection, statement, table, batch)
        else:
            session.execute(statement, batch)


def _needs_no_defaults(table: Table, row: Mapping[str, Any]) -> bool:
    """Return whether no column relies on a Python-side default, which only SQLAlchemy would apply."""
    return all(column.name in row or column.default is None for column in table.columns)


def _execute_plainly(
    connection: SessionConnection, statement: Insert, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute an insert of many rows on SQLite, in a third of the time that SQLAlchemy takes to bind each value."""
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    columns = [_values(table.columns[name], connection.dialect, rows) for name in compiled.positiontup or ()]
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def _values(column: Column[Any], dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the rows' values of a column as the driver takes them."""
    values = [row[column.name] for row in rows]
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else list(map(process, values))


def _copy(connection: SessionConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by PostgreSQL's COPY."""
    from psycopg import sql  # noqa: PLC0415 # not imported where the warehouse is a SQLite file

    driver: Any = connection.connection.driver_connection
    columns = [table.columns[name] for name in rows[0]]
    ready = [(column.name, _processor(column, connection.dialect)) for column in columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([process(row[name]) for name, process in ready])


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """Return the column type's conversion from a Python value to what the driver takes."""
    return column.type.dialect_impl(dialect).bind_processor(dialect) or _unchanged


def _unchanged(value: object) -> object:
    return value
