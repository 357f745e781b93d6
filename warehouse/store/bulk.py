"""Write many rows and query by many values, alike on both engines; many rows go past SQLAlchemy to the driver."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, Column, Dialect, Insert, Table, insert
from sqlalchemy import Connection as SessionConnection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from domain.batches import batched
from warehouse.models.exact import Words

_ROWS_PER_STATEMENT: Final = 5_000
_ROWS_PER_PLAIN_STATEMENT: Final = 50
_VALUES_PER_STATEMENT: Final = 1_000
_FEWEST_ROWS_TO_COPY: Final = 50

_T = TypeVar("_T", int, str)
_Values = Mapping[str, Sequence[Any]]
"""Values of rows by the name of their column."""


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
    if rows:
        _add(session, table, {name: list(map(itemgetter(name), rows)) for name in rows[0]})


def add_records(session: Session, table: Table, names: Sequence[str], records: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values are in the order of these columns; do nothing without any."""
    if records:
        _add(session, table, dict(zip(names, zip(*records, strict=True), strict=True)))


def add_columns(session: Session, table: Table, values: _Values) -> None:
    """Insert rows whose values are listed by column; do nothing without any."""
    if any(values.values()):
        _add(session, table, values)


def _add(session: Session, table: Table, values: _Values) -> None:
    connection = session.connection()
    is_plain = _needs_no_defaults(table, values)
    if is_plain and connection.dialect.name == "sqlite":
        session.flush()
        _execute_plainly(connection, table, values)
    elif is_plain and len(next(iter(values.values()))) >= _FEWEST_ROWS_TO_COPY:
        session.flush()
        _copy(connection, table, values)
    else:
        lines = zip(*values.values(), strict=True)
        session.execute(insert(table), [dict(zip(values, line, strict=True)) for line in lines])


def upsert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update those whose primary key exists."""
    connection = session.connection()
    for batch in batched(rows, _ROWS_PER_STATEMENT):
        if connection.dialect.name == "sqlite" and _needs_no_defaults(table, batch[0]):
            values = {name: list(map(itemgetter(name), batch)) for name in batch[0]}
            _execute_plainly(connection, table, values, updates=True)
        else:
            session.execute(_upsert(table, connection.dialect), batch)


def _upsert(table: Table, dialect: Dialect) -> Insert:
    statement = (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)
    keys = {column.name for column in table.primary_key}
    values = {name: column for name, column in statement.excluded.items() if name not in keys}
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=values)


def _needs_no_defaults(table: Table, names: Collection[str]) -> bool:
    """Return whether no column relies on a Python-side default, which only SQLAlchemy would apply."""
    return all(column.name in names or column.default is None for column in table.columns)


def _execute_plainly(connection: SessionConnection, table: Table, values: _Values, *, updates: bool = False) -> None:
    """Execute an insert of many rows on SQLite, in a third of the time that SQLAlchemy takes to bind each value.

    Fifty rows a statement take two thirds of the time that one row a statement takes.
    """
    statement, names = _compiled(table, tuple(values), connection.dialect, updates=updates)
    columns = [_bound(table.columns[name], connection.dialect, values[name]) for name in names]
    *whole, last = batched(zip(*columns, strict=True), _ROWS_PER_PLAIN_STATEMENT)
    if whole:
        row = f"({', '.join('?' * len(names))})"
        together = statement.replace(row, ", ".join([row] * _ROWS_PER_PLAIN_STATEMENT), 1)
        connection.exec_driver_sql(together, [tuple(chain.from_iterable(rows)) for rows in whole])
    connection.exec_driver_sql(statement, last)


@lru_cache(maxsize=128)
def _compiled(table: Table, names: tuple[str, ...], dialect: Dialect, *, updates: bool) -> tuple[str, Sequence[str]]:
    """Return the statement that inserts into columns of these names, and the names in the order of its parameters."""
    statement = _upsert(table, dialect) if updates else insert(table)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return str(compiled), compiled.positiontup or ()


def _copy(connection: SessionConnection, table: Table, values: _Values) -> None:
    """Insert rows by PostgreSQL's COPY."""
    from psycopg import sql  # noqa: PLC0415 # not imported where the warehouse is a SQLite file

    driver: Any = connection.connection.driver_connection
    columns = [_bound(table.columns[name], connection.dialect, each) for name, each in values.items()]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, values))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*columns, strict=True):
            copy.write_row(row)


def _bound(column: Column[Any], dialect: Dialect, values: Sequence[Any]) -> Sequence[Any]:
    """Return values of a column as the driver takes them."""
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None or (isinstance(column.type, Words) and "".join(filter(None, values)).isprintable()):
        return values  # nearly all texts are stored as they are; see `storable_text`
    if isinstance(column.type, JSON):
        # Values of JSON cannot be keys; most are None or the same empty one.
        written = {key: process(value) for key, value in {id(value): value for value in values}.items()}
        return [written[id(value)] for value in values]
    known = {value: process(value) for value in set(values)}  # days, states and numbers are few
    return [known[value] for value in values]
