"""Write many rows at once, the same way on both engines."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

_ROWS_AT_ONCE = 5_000


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table behind a model."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not mapped to a table")
    return table


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; none is fine."""
    if rows:
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
