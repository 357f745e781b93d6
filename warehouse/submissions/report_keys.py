"""Keys of reports, and the versions received under them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain.periods import Period, parse_period
from domain.units import UnitKey
from warehouse.models import SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session


class ReportKey(NamedTuple):
    """Key of a report: unit (code and first day), form and period."""

    unit: UnitKey
    form: str
    period: Period


def report_key_of(row: SubmissionRow) -> ReportKey | None:
    """Return the key of the report that a submission is a version of; None where it could not be placed."""
    if row.version is None or row.unit_code is None or row.unit_valid_from is None:
        return None
    if row.form is None or row.period is None:
        return None
    return ReportKey(UnitKey(row.unit_code, row.unit_valid_from), row.form, parse_period(row.period))


def versions_of(session: Session, key: ReportKey) -> Sequence[SubmissionRow]:
    """Return the versions of a report, by number."""
    return versions_by_report(session, [key])[key]


def versions_by_report(session: Session, keys: Iterable[ReportKey]) -> dict[ReportKey, list[SubmissionRow]]:
    """Return the versions of each report, by number; an empty list where none was received."""
    results: dict[ReportKey, list[SubmissionRow]] = {key: [] for key in keys}
    codes: dict[tuple[str, Period], list[str]] = defaultdict(list)
    for key in results:
        codes[key.form, key.period].append(key.unit.code)
    row = SubmissionRow
    for (form, period), units in codes.items():
        placed = select(row).where(row.form == form, row.period == period.id, row.version.is_not(None))
        for chunk in in_chunks(units):
            for version_row in session.scalars(placed.where(row.unit_code.in_(chunk)).order_by(row.version)):
                key_of_row = report_key_of(version_row)
                if key_of_row in results:
                    results[key_of_row].append(version_row)
    return results
