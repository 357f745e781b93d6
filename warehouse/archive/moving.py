"""Move the rows of a period to files and back: all of them lie in one place or the other, whenever a process ends."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select

from warehouse.archive.files import ArchivedFile, ArchivedPeriod, fault_of, open_rows, remove_others, write_file
from warehouse.archive.reading import archived_files, file_of, insert_rows
from warehouse.archive.tables import ARCHIVED_TABLES, ArchivedTable
from warehouse.errors import ArchivedRowsError
from warehouse.migrations.current import newest_migration
from warehouse.models import ArchivedFileRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, archive_folder, serialise


@dataclass(frozen=True, slots=True)
class Archiving:
    """When rows are archived (UTC), by whom, and the version of the program."""

    at: datetime
    by: str
    program: str


def archive_rows(session: Session, period: ArchivedPeriod, archiving: Archiving) -> tuple[ArchivedFile, ...]:
    """Write the rows of a period to files and remove them from their tables, in the session's transaction.

    The files exist before anything is removed. Rows that were archived before are taken along: of a period that was
    reopened, some are in its file and later ones in the tables.

    Raises:
        ArchivedRowsError: a file does not hold what was written, or an earlier one cannot be used.
    """
    folder = _folder(session, period)
    serialise(session)
    restore_rows(session, period)
    results = []
    for of in ARCHIVED_TABLES:
        rows = session.execute(_rows_of(of, period)).all()
        if not rows:
            continue
        migration = newest_migration()
        facts = {"form": period.form, "period": period.period, "table": of.name, "migration": migration}
        written = write_file(folder, of, period, rows, facts | {"program": archiving.program})
        row = ArchivedFileRow(
            form=period.form,
            period=period.period,
            table_name=of.name,
            path=written.path,
            sha256=written.sha256,
            row_count=len(rows),
            size=written.size,
            migration=migration,
            program=archiving.program,
            archived_at=archiving.at,
            archived_by=archiving.by,
        )
        session.add(row)
        session.flush()
        removed: Any = session.execute(delete(of.table).where(_is_of(of, period)))
        if removed.rowcount != len(rows):
            raise ArchivedRowsError(period, folder / written.path, "has not all rows: others came meanwhile")
        results.append(file_of(row))
    return tuple(results)


def restore_rows(session: Session, period: ArchivedPeriod) -> tuple[ArchivedFile, ...]:
    """Insert the rows of a period's files into their tables again, and compare both, in the session's transaction.

    Returns:
        The files, which no record names any more; none where the period is not archived.

    Raises:
        ArchivedRowsError: a file cannot be used, or the tables do not hold its rows afterwards.
    """
    serialise(session)
    row = ArchivedFileRow
    records = session.scalars(select(row).where(row.form == period.form, row.period == period.period)).all()
    for record in records:
        file = file_of(record)
        insert_rows(session, file)
        _compare(session, file)
        session.delete(record)
    session.flush()
    return tuple(map(file_of, records))


def remove_unnamed(session: Session) -> tuple[str, ...]:
    """Remove files of archived rows that no record names; return their places below the folder of the archive."""
    folder = archive_folder(session.connection())
    if folder is None or not folder.is_dir():
        return ()
    return remove_others(folder, {file.path for file in archived_files(session)})


def faults(session: Session) -> Iterator[tuple[ArchivedFile, str]]:
    """Yield the files of archived rows that cannot be used, each with what is wrong with it."""
    folder = archive_folder(session.connection())
    for file in archived_files(session):
        fault = fault_of(folder, file) if folder else "is in no folder that this process knows"
        if fault:
            yield file, fault


def _compare(session: Session, file: ArchivedFile) -> None:
    """Raise unless a table holds all rows of a file."""
    of = next(each for each in ARCHIVED_TABLES if each.name == file.table)
    folder = _folder(session, file.of)
    rows = open_rows(folder, file)
    keys = rows.keys
    stored = [row for chunk in in_chunks(keys) for row in session.execute(_of_owners(of, chunk))]
    if not len(stored) == len(rows) == file.rows or not rows.are(stored):
        raise ArchivedRowsError(file.of, folder / file.path, "holds other rows than were read back")


def _folder(session: Session, period: ArchivedPeriod) -> Path:
    folder = archive_folder(session.connection())
    if folder is None:
        raise ArchivedRowsError(period, Path("archive"), "is in no folder that this process knows")
    return folder


def _rows_of(of: ArchivedTable, period: ArchivedPeriod) -> Select[Any]:
    order = [of.table.columns[name] for name in of.order]
    return select(of.table).where(_is_of(of, period)).order_by(*order)


def _of_owners(of: ArchivedTable, keys: Collection[int]) -> Select[Any]:
    return select(of.table).where(of.table.columns[of.key].in_(keys))


def _is_of(of: ArchivedTable, period: ArchivedPeriod) -> ColumnElement[bool]:
    owner: Any = of.owner
    return of.table.columns[of.key].in_(
        select(owner.id).where(owner.form == period.form, owner.period == period.period)
    )
