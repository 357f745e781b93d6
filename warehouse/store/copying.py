"""Copy a warehouse to an empty one, on either engine, and verify that both are equal."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Table, Update, bindparam, func, select, text, update

from domain.errors import TerminalError
from warehouse.models import STAGING, Base, DeliveryRow, FileRow
from warehouse.models.runs import RunHolderRow
from warehouse.store.bulk import add_rows, table_of
from warehouse.store.engine import Engine, Session, migrate, reading, transaction

_ROWS_PER_BATCH: Final = 5_000
_ALL_HASHES: Final = 2**256


class WarehouseNotEmptyError(TerminalError):
    """The target warehouse holds rows already."""

    def __init__(self, url: str, table: str) -> None:
        """Keep the address (without its password) and the first table that has rows."""
        self.url = url
        self.table = table
        super().__init__(
            f"{url} already holds rows in {table}: nothing was written. Name an empty database, or one not made yet."
        )


class CopyDiffersError(TerminalError):
    """The copy differs from the original."""

    def __init__(self, table: str, original: "Content", copied: "Content") -> None:
        """Keep the table and the contents of both sides."""
        self.table = table
        self.original = original
        self.copied = copied
        super().__init__(
            f"the copy differs from the original in {table} ({original.rows} rows against {copied.rows}) and was not "
            "kept. The original is intact; empty the target and copy again."
        )


@dataclass(frozen=True, slots=True)
class Content:
    """Content of a table: number of rows, and a hash over them independent of their order."""

    rows: int
    digest: str


def copy_warehouse(
    source: Engine, target: Engine, watch: Callable[[str, int], None] = lambda _table, _rows: None
) -> dict[str, Content]:
    """Copy all lasting tables, as of one moment, and compare both sides row by row.

    Both are migrated first. Staging tables and the holder of the run lock are left out: they belong to a run. `watch`
    is called with a table and the number of its rows copied since the last call.

    Returns:
        By table, the content of both sides.

    Raises:
        WarehouseNotEmptyError: the target holds rows; it stays as it was.
        CopyDiffersError: the rows written differ from those read; the target is left empty.
    """
    migrate(source)
    migrate(target)
    with reading(source) as original, transaction(target) as copied:
        _refuse_filled(copied, target)
        for table in lasting_tables():
            copy_table(original, copied, table, watch)
        return {table.name: compare_table(original, copied, table) for table in lasting_tables()}


def lasting_tables() -> tuple[Table, ...]:
    """Return the tables whose rows outlive a run, each after those it refers to."""
    passing = {table_of(RunHolderRow), *STAGING.values()}
    return tuple(table for table in Base.metadata.sorted_tables if table not in passing)


def content_of(session: Session, table: Table) -> Content:
    """Return the content of a table, comparable across engines."""
    count, total = 0, 0
    for rows in _read(session, table):
        count += len(rows)
        total += sum(_hash(row) for row in rows)
    return Content(count, f"{total % _ALL_HASHES:064x}")


def refuse_filled(engine: Engine) -> None:
    """Raise unless a warehouse is empty; create its tables if necessary.

    Raises:
        WarehouseNotEmptyError: it holds rows.
    """
    migrate(engine)
    with reading(engine) as session:
        _refuse_filled(session, engine)


def files_named(engine: Engine) -> dict[str, str]:
    """Return the path of its last delivery by the sha256 of every file; "" for one without a delivery."""
    chosen = (
        select(FileRow.sha256, func.coalesce(DeliveryRow.path, "").label("path"))
        .outerjoin(DeliveryRow, DeliveryRow.sha256 == FileRow.sha256)
        .order_by(FileRow.sha256, DeliveryRow.id)
    )
    with reading(engine) as session:
        return {row.sha256: row.path for row in session.execute(chosen)}


def _refuse_filled(session: Session, engine: Engine) -> None:
    for table in lasting_tables():
        if session.execute(select(table).limit(1)).first() is not None:
            raise WarehouseNotEmptyError(engine.url.render_as_string(hide_password=True), table.name)


def copy_table(original: Session, copied: Session, table: Table, watch: Callable[[str, int], None]) -> None:
    """Copy the rows of a table; `watch` as in `copy_warehouse`."""
    own = _pointing_at_itself(table)
    pointers: list[dict[str, Any]] = []
    for rows in _read(original, table, in_order=bool(own)):
        ahead = [_pointing_ahead(table, own, row) for row in rows]
        pointers += [_pointer(table, own, row) for row, names in zip(rows, ahead, strict=True) if names]
        add_rows(copied, table, [{**row, **dict.fromkeys(names)} for row, names in zip(rows, ahead, strict=True)])
        watch(table.name, len(rows))
    if pointers:
        copied.execute(_set_pointers(table, own), pointers)
    _count_on(copied, table)


def _read(session: Session, table: Table, *, in_order: bool = False) -> Iterator[list[dict[str, Any]]]:
    statement = select(table).order_by(*table.primary_key) if in_order else select(table)
    result = session.execute(statement, execution_options={"yield_per": _ROWS_PER_BATCH})
    for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]


def _pointing_at_itself(table: Table) -> tuple[str, ...]:
    """Return columns that refer to rows of the same table."""
    return tuple(key.parent.name for key in table.foreign_keys if key.column.table is table)


def _pointing_ahead(table: Table, own: Sequence[str], row: Mapping[str, Any]) -> list[str]:
    """Return those columns of a row that refer to one which is copied after it: they are set at the end."""
    (key,) = table.primary_key if own else (None,)
    return [name for name in own if key is not None and row[name] is not None and row[name] > row[key.name]]


def _pointer(table: Table, own: Sequence[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"key_{column.name}": row[column.name] for column in table.primary_key} | {name: row[name] for name in own}


def _set_pointers(table: Table, own: Sequence[str]) -> Update:
    keys = (column == bindparam(f"key_{column.name}") for column in table.primary_key)
    return update(table).where(*keys).values({name: bindparam(name) for name in own})


def _count_on(session: Session, table: Table) -> None:
    """Set PostgreSQL's sequence past the copied rows; SQLite needs no such step."""
    column = table.autoincrement_column
    if column is None or session.get_bind().dialect.name != "postgresql":
        return
    largest = session.scalar(select(func.max(column)))
    if largest is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :largest)")
        session.execute(sequence, {"table": table.name, "column": column.name, "largest": largest})


def compare_table(original: Session, copied: Session, table: Table) -> Content:
    """Return the content that a table has on both sides.

    Raises:
        CopyDiffersError: they differ.
    """
    wanted, result = content_of(original, table), content_of(copied, table)
    if wanted != result:
        raise CopyDiffersError(table.name, wanted, result)
    return result


def _hash(row: Mapping[str, Any]) -> int:
    content = json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True)
    return int.from_bytes(sha256(content.encode()).digest())


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return value
