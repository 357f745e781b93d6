"""Read rows wherever they lie: those of archived periods by the keys of their owners, as the tables have them."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import select

from domain.periods import parse_period
from warehouse.archive.files import ArchivedFile, ArchivedPeriod, ArchivedRows, is_there, open_rows, row_type
from warehouse.archive.tables import ARCHIVED_TABLES, CONTRIBUTIONS, OBSERVATIONS, ArchivedTable
from warehouse.models import ArchivedFileRow, RollupRevisionRow, RollupSourceRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks
from warehouse.store.engine import Session, archive_folder

_KNOWN: Final = "tonghop_archived"
_ROWS_AT_ONCE: Final = 5_000
_OBSERVATION: Final = row_type(OBSERVATIONS, "reported_by")
_CONTRIBUTION: Final = row_type(CONTRIBUTIONS)


def archived_files(session: Session) -> tuple[ArchivedFile, ...]:
    """Return the files of all archived periods, by form, period and table."""
    row = ArchivedFileRow
    rows = session.scalars(select(row).order_by(row.form, row.period, row.table_name))
    return tuple(map(file_of, rows))


def absent_files(session: Session) -> tuple[ArchivedFile, ...]:
    """Return the files of archived periods that are missing or of another size; their bytes are not compared."""
    folder = archive_folder(session.connection())
    return tuple(file for file in archived_files(session) if folder is None or not is_there(folder, file))


def file_of(row: ArchivedFileRow) -> ArchivedFile:
    """Return the file that a row names."""
    of = ArchivedPeriod(row.form, row.period)
    return ArchivedFile(of, row.table_name, row.path, row.sha256, row.row_count, row.size, row.migration)


def archived_periods(session: Session, of: ArchivedTable = OBSERVATIONS) -> dict[ArchivedPeriod, ArchivedFile]:
    """Return the archived forms and periods of a table, read once a session: in most warehouses there are none."""
    known: dict[str, dict[ArchivedPeriod, ArchivedFile]] | None = session.info.get(_KNOWN)
    if known is None:
        known = session.info[_KNOWN] = {each.name: {} for each in ARCHIVED_TABLES}
        for file in archived_files(session):
            known[file.table][file.of] = file
    return known[of.name]


def archived_figures(session: Session, submissions: Iterable[int]) -> Iterator[Any]:
    """Yield the archived observations of submissions, by submission, each in the order of its file.

    They are as `ObservationRow`, and `reported_by` is the code of the submission's unit. Submissions whose period is
    not archived, or that were accepted since, have none here: theirs are in the table.

    Raises:
        ArchivedRowsError: a file cannot be used.
    """
    for rows, units in _opened(session, OBSERVATIONS, submissions, SubmissionRow.unit_code):
        for each in rows.matching({"submission_id": units}):
            yield _OBSERVATION(*each, units[each[0]])


def archived_contributions(
    session: Session,
    revisions: Iterable[int],
    *,
    indicators: Collection[str] | None = None,
    units: Collection[str] | None = None,
) -> Iterator[Any]:
    """Yield the archived contributions to revisions, as `CONTRIBUTED`, by revision, then unit and indicator.

    Args:
        session: the session to read in.
        revisions: ids of the revisions; those whose period is not archived, or that were made since, have none here.
        indicators: contributions to these figures; None: to all.
        units: contributions of units with these codes; None: of all.

    Raises:
        ArchivedRowsError: a file cannot be used.
    """
    if not archived_periods(session, CONTRIBUTIONS):
        return
    among = {"indicator": indicators, "unit_code": units}
    made_from = _sources(session, RollupSourceRow.revision_id, revisions)
    results = []
    for rows, numbers in _opened(session, CONTRIBUTIONS, {by for by, _ in made_from}, RollupRevisionRow.number):
        for row in map(_CONTRIBUTION._make, rows.matching({"revision_id": numbers, **among})):
            results += [row._replace(revision_id=each) for each in made_from.get((row.revision_id, row.above_code), ())]
    yield from sorted(results, key=_BY_REVISION)


_BY_REVISION: Final = attrgetter("revision_id", "unit_code", "indicator", "period")


def _sources(
    session: Session,
    key: Any,  # noqa: ANN401 # a column of the model
    values: Iterable[int],
) -> dict[tuple[int, str], list[int]]:
    """Return the revisions that are made from what a revision stored of the units below a unit, by that."""
    row = RollupSourceRow
    results: dict[tuple[int, str], list[int]] = {}
    for chunk in in_chunks(values):
        columns = select(row.stored_by, row.above_code, row.revision_id).where(key.in_(chunk))
        for stored_by, above, revision in session.execute(columns).tuples():
            results.setdefault((stored_by, above), []).append(revision)
    return results


def archived_uses(session: Session, submissions: Collection[int]) -> Iterator[Any]:
    """Yield the archived contributions of submissions, to figures of their own and of longer periods.

    Raises:
        ArchivedRowsError: a file cannot be used.
    """
    files = archived_periods(session, CONTRIBUTIONS)
    if not files:
        return
    row = SubmissionRow
    reported = {
        parse_period(each) for each in session.scalars(select(row.period).where(row.id.in_(submissions))) if each
    }
    for of, file in files.items():
        period = parse_period(of.period)
        if any(each.months <= period.months and each.within(period.frequency) == period for each in reported):
            rows = open_rows(archive_folder(session.connection()), file)
            stored = list(map(_CONTRIBUTION._make, rows.matching({"submission_id": submissions})))
            made_from = _sources(session, RollupSourceRow.stored_by, {each.revision_id for each in stored})
            for each in stored:
                for revision in made_from.get((each.revision_id, each.above_code), ()):
                    yield each._replace(revision_id=revision)


def _opened(
    session: Session,
    of: ArchivedTable,
    keys: Iterable[int],
    fact: Any,  # noqa: ANN401 # a column of the owner
) -> Iterator[tuple[ArchivedRows, dict[int, Any]]]:
    """Yield the files that have rows of owners, each with these owners and a fact of each."""
    files = archived_periods(session, of)
    if not files:
        return
    row: Any = of.owner
    periods = {each.period for each in files}
    wanted: dict[ArchivedPeriod, dict[int, Any]] = {}
    for chunk in in_chunks(keys):
        owners = select(row.id, fact, row.form, row.period).where(row.id.in_(chunk), row.period.in_(periods))
        for key, known, *place in session.execute(owners.order_by(row.id)):
            wanted.setdefault(ArchivedPeriod(*place), {})[key] = known
    for period, owned in wanted.items():
        if period in files:
            yield open_rows(archive_folder(session.connection()), files[period]), owned


@contextmanager
def put_back(session: Session, periods: Collection[tuple[str, str]]) -> Iterator[None]:
    """Put the archived observations of forms and periods into the table for the length of the block, for SQL over them.

    Raises:
        ArchivedRowsError: a file cannot be used.
    """
    files = [archived_periods(session).get(ArchivedPeriod(*each)) for each in periods]
    if not any(files):
        yield
        return
    session.flush()
    # A savepoint of the connection: to roll one of the session back would forget what is to be recorded of it.
    with session.connection().begin_nested() as trial:
        for file in filter(None, files):
            insert_rows(session, file)
        yield
        trial.rollback()


def insert_rows(session: Session, file: ArchivedFile) -> None:
    """Insert the rows of a file into their table; columns added since get their default."""
    of = next(each for each in ARCHIVED_TABLES if each.name == file.table)
    for rows in open_rows(archive_folder(session.connection()), file).batches(_ROWS_AT_ONCE):
        add_rows(session, of.table, rows)
