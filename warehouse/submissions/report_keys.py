"""Where reports stand: whose report of what, and its versions."""

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
    """Whose report of what: a unit by code and first day, a form, a period."""

    unit: UnitKey
    form: str
    period: Period


def report_key_of(row: SubmissionRow) -> ReportKey | None:
    """The place of a submission that became a version of a report; None where it could not be placed."""
    if row.version is None or row.unit_code is None or row.unit_valid_from is None:
        return None
    if row.form is None or row.period is None:
        return None
    return ReportKey(UnitKey(row.unit_code, row.unit_valid_from), row.form, parse_period(row.period))


def versions_of(session: Session, place: ReportKey) -> Sequence[SubmissionRow]:
    """The versions of a report, by number."""
    return versions_by_report(session, [place])[place]


def versions_by_report(session: Session, places: Iterable[ReportKey]) -> dict[ReportKey, list[SubmissionRow]]:
    """By place the versions of its report, by number; an empty list where none was received."""
    results: dict[ReportKey, list[SubmissionRow]] = {place: [] for place in places}
    codes: dict[tuple[str, Period], list[str]] = defaultdict(list)
    for place in results:
        codes[place.form, place.period].append(place.unit.code)
    row = SubmissionRow
    for (form, period), units in codes.items():
        placed = select(row).where(row.form == form, row.period == period.id, row.version.is_not(None))
        for chunk in in_chunks(units):
            for other_row in session.scalars(placed.where(row.unit_code.in_(chunk)).order_by(row.version)):
                where = report_key_of(other_row)
                if where in results:
                    results[where].append(other_row)
    return results
