"""Archive the rows of old periods and restore them, a period at a time, while no run works on the warehouse."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Final

from domain.errors import UsageError
from domain.periods import Period
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.progress import ProgressListener
from flows.support.context import AppContext
from warehouse.archive.files import ArchivedFile, ArchivedPeriod
from warehouse.archive.moving import Archiving, archive_rows, remove_unnamed, restore_rows
from warehouse.archive.reading import archived_files
from warehouse.rollups.archivable import OldPeriod, old_periods
from warehouse.store.engine import Session, reading, transaction

_STAGE: Final = "archive"


def archive_before(
    context: AppContext, run_id: str, listener: ProgressListener, before: Period, *, form: str | None, by: str
) -> tuple[tuple[OldPeriod, ...], tuple[ArchivedFile, ...]]:
    """Archive the periods before a period that may be archived; return all old periods and the files written.

    Each period is done or left as it was, whenever the process ends.

    Raises:
        UsageError: runs still read periods before the bound.
        ArchivedRowsError: a file does not hold what was written.
        RunInProgressError: another run did not end in time.
    """
    archiving = Archiving(context.clock(), by, version("tonghop"))
    with exclusive_run(context, run_id, _STAGE, listener):
        with reading(context.engine) as session:
            old = old_periods(session, context.catalog, before, context.today, form)
        wanted = [each.of for each in old if each.obstacle is None]
        files = _each(context, listener, wanted, lambda session, of: archive_rows(session, of, archiving))
    return old, files


def restore_period(
    context: AppContext, run_id: str, listener: ProgressListener, period: Period, *, form: str | None
) -> tuple[ArchivedFile, ...]:
    """Restore the rows of a period, of all forms or of one; return the files that they were in, which are removed.

    Raises:
        UsageError: the period is not archived.
        ArchivedRowsError: a file cannot be used; its period stays archived.
        RunInProgressError: another run did not end in time.
    """
    with exclusive_run(context, run_id, _STAGE, listener):
        with reading(context.engine) as session:
            known = dict.fromkeys(file.of for file in archived_files(session))
        wanted = [of for of in known if of.period == period.id and form in {None, of.form}]
        if not wanted:
            raise UsageError(f"{period} is not archived: tonghop archive list shows what is")
        return _each(context, listener, wanted, restore_rows)


def _each(
    context: AppContext,
    listener: ProgressListener,
    periods: Sequence[ArchivedPeriod],
    move: Callable[[Session, ArchivedPeriod], tuple[ArchivedFile, ...]],
) -> tuple[ArchivedFile, ...]:
    """Move the rows of periods, each in a transaction, then remove the files that no record names."""
    files: list[ArchivedFile] = []
    listener.begin(_STAGE, len(periods))
    try:
        for period in periods:
            with transaction(context.engine) as session:
                files += move(session, period)
            listener.advance(_STAGE, 1)
    finally:
        with reading(context.engine) as session:
            remove_unnamed(session)
    return tuple(files)
