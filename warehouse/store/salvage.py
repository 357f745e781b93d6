"""Copy a damaged SQLite warehouse where nothing is lost that was recorded."""

from collections.abc import Callable, Collection

from sqlalchemy import Table, delete
from sqlalchemy.exc import IntegrityError

from domain.catalog.catalog import Catalog
from warehouse.errors import WarehouseDamagedError
from warehouse.store.copying import Content, compare_table, content_of, copy_table, lasting_tables
from warehouse.store.engine import Engine, migrate, reading, transaction
from warehouse.store.reference import MIRRORED_TABLES, mirror_catalog


def damaged_tables(engine: Engine) -> tuple[str, ...]:
    """Return the names of the tables that cannot be read to their end."""
    return tuple(table.name for table in lasting_tables() if not _is_readable(engine, table))


def copy_around(
    source: Engine, target: Engine, damaged: Collection[str], catalog: Catalog, watch: Callable[[str, int], None]
) -> dict[str, Content]:
    """Copy as `copy_warehouse` does, and make damaged tables that mirror the catalogue again from it.

    Returns:
        By table, the content of the copy.

    Raises:
        WarehouseDamagedError: another table is damaged, or rows refer to what the catalogue does not name any more; the
            target stays empty.
    """
    tables = lasting_tables()
    sound = [table for table in tables if table.name not in damaged]
    if not {*tables} - {*sound} <= MIRRORED_TABLES:
        raise WarehouseDamagedError(source.url.render_as_string(hide_password=True), ", ".join(damaged))
    migrate(target)
    try:
        with reading(source) as original, transaction(target) as copied:
            mirror_catalog(copied, catalog)
            for table in reversed(sound):
                copied.execute(delete(table))
            for table in sound:
                copy_table(original, copied, table, watch)
                compare_table(original, copied, table)
            return {table.name: content_of(copied, table) for table in tables}
    except IntegrityError as error:
        raise WarehouseDamagedError(source.url.render_as_string(hide_password=True), str(error.orig)) from error


def _is_readable(engine: Engine, table: Table) -> bool:
    try:
        with reading(engine) as session:
            content_of(session, table)
    except (WarehouseDamagedError, ValueError):  # a damaged value may be no number or no moment any more
        return False
    return True
