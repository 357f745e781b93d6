"""Quality of the reports of a form, per unit and period, as the last runs counted it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.periods import Frequency, Period, parse_period
from domain.quality.reporting import NOTHING, ReportedQuality, ReportingQuality, quality_of
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import VIETNAM
from warehouse.models import QualityPeriodRow, ReportQualityRow, SubmissionRow
from warehouse.queries.desk.matrix import OwedReports
from warehouse.store.engine import Session

_PERIODS_OF_SILENCE: Final = 2
_LOOKED_AT: Final = 3
"""Units of which the one that owes most lines says how many there are."""


@dataclass(frozen=True, slots=True)
class UnitQuality:
    """A unit with the quality of its reports: of each period (None: it owed none), and over all."""

    unit: OrgUnit
    reports: tuple[ReportedQuality | None, ...]
    total: ReportingQuality


@dataclass(frozen=True, slots=True)
class AreaQuality:
    """Quality of reporting of some areas: their units, worst first, the totals of each period, and over all."""

    periods: tuple[Period, ...]
    units: tuple[UnitQuality, ...]
    by_period: tuple[ReportingQuality, ...]
    total: ReportingQuality

    def of_area(self, code: str) -> "AreaQuality":
        """Return the quality of the units right below an area."""
        return area_quality(self.periods, [row for row in self.units if row.unit.parent == code])

    def since_first_sent(self) -> "AreaQuality":
        """Return the same without the periods before the first in which any unit sent a report."""
        places = (place for place, shares in enumerate(self.by_period) if shares.passed.whole)
        first = next(places, 0)
        kept = [(row.unit, row.reports[first:]) for row in self.units]
        rows = [UnitQuality(unit, reports, quality_of(filter(None, reports))) for unit, reports in kept]
        return area_quality(self.periods[first:], [row for row in rows if any(row.reports)])


def area_quality(periods: Sequence[Period], rows: Sequence[UnitQuality]) -> AreaQuality:
    """Return units with the totals of each period, and over all."""
    by_period = [quality_of(each for row in rows if (each := row.reports[place])) for place in range(len(periods))]
    return AreaQuality(tuple(periods), tuple(rows), tuple(by_period), sum(by_period, NOTHING))


def counted_at(session: Session, form: str) -> datetime | None:
    """Return when quality and burden of a form were last counted (UTC); None: no run has done so yet."""
    return session.scalar(select(func.max(QualityPeriodRow.counted_at)).where(QualityPeriodRow.form == form))


def ended_periods(session: Session, catalog: Catalog, form: str, today: date, count: int) -> tuple[Period, ...]:
    """Return the last periods of a form whose deadline has passed, the oldest first, at most `count`.

    They begin with the first period that was ever received; where nothing came for long, they end soon after the last.
    """
    row, known = SubmissionRow, catalog.forms.form(form)
    period = Period(today.year, today.month, Frequency.MONTH).within(known.frequency)
    while catalog.forms.deadline(form, period, known.level) >= today:
        period = period.shift(-1)
    span = select(func.min(row.period), func.max(row.period)).where(row.form == form, row.version.is_not(None))
    first, received = session.execute(span).tuples().one()
    if not first or not received:
        return (period,)
    last = min(period, parse_period(received).shift(_PERIODS_OF_SILENCE))
    periods = tuple(last.shift(-steps) for steps in range(count - 1, -1, -1))
    return tuple(each for each in periods if each >= parse_period(first)) or (last,)


def reporting_quality(
    session: Session, owed_reports: OwedReports, areas: Iterable[str], form: str, periods: Sequence[Period]
) -> AreaQuality:
    """Return the quality of the reports that units of areas owe for some periods.

    `areas` are codes or ids; none: those above the units that reported. Lines are those that the form asks of a unit
    without exemptions; a file that could not be read fails in all of them.
    """
    first_files = [_first_files(session, form, period) for period in periods]
    within = tuple(areas) or _areas_above(owed_reports.catalog, {key for known in first_files for key in known})
    return _assemble(owed_reports, within, form, periods, first_files)


class QualityOfAreas:
    """Quality of reporting of one area after another; what became of first files is read once."""

    def __init__(self, session: Session, owed_reports: OwedReports, today: date, count: int) -> None:
        """Read `count` periods up to the last whose deadline has passed `today`."""
        self._owed_reports = owed_reports
        self._ended = cache(lambda form: ended_periods(session, owed_reports.catalog, form, today, count))
        self._first_files = cache(lambda form, period: _first_files(session, form, period))
        self._count = count

    def of(self, area: str, form: str, newest: Period) -> AreaQuality:
        """Return the quality of an area's reports, since the first; of one that ended, up to its newest period."""
        catalog, periods = self._owed_reports.catalog, self._ended(form)
        if not self._owed_reports.units(form, (area,), periods[-1]):
            month = Period(newest.year, newest.last_month, Frequency.MONTH)
            last = min(periods[-1], month.within(catalog.forms.form(form).frequency))
            periods = tuple(last.shift(-steps) for steps in range(self._count - 1, -1, -1))
        first_files = [self._first_files(form, period) for period in periods]
        return _assemble(self._owed_reports, (area,), form, periods, first_files).since_first_sent()


def _assemble(
    owed_reports: OwedReports,
    within: Sequence[str],
    form: str,
    periods: Sequence[Period],
    first_files: Sequence[Mapping[UnitKey, Any]],
) -> AreaQuality:
    forms = owed_reports.catalog.forms
    level = forms.form(form).level
    of_periods = []
    for period, known in zip(periods, first_files, strict=True):
        due = owed_reports.units(form, within, period)
        lines = _lines(owed_reports.catalog, form, period, due.values())
        end = datetime.combine(forms.deadline(form, period, level) + timedelta(days=1), time(), VIETNAM)
        silent = ReportedQuality(lines, None, is_late=True, is_returned=False, is_accepted=False)
        reports = {key: _reported(known[key], lines, end) if key in known else silent for key in due}
        of_periods.append((due, reports))
    rows = []
    for key, unit in {key: unit for due, _ in of_periods for key, unit in due.items()}.items():
        of_unit = tuple(reports.get(key) for _, reports in of_periods)
        rows.append(UnitQuality(unit, of_unit, quality_of(filter(None, of_unit))))
    rows.sort(key=_worst_first)
    return area_quality(periods, rows)


def _first_files(session: Session, form: str, period: Period) -> Mapping[UnitKey, Any]:
    """Return what became of first files, by unit: time, lines that failed, three flags."""
    row = ReportQualityRow
    statement = select(
        row.unit_code,
        row.unit_valid_from,
        row.received_at,
        row.failed,
        row.is_unreadable,
        row.is_returned,
        row.is_corrected,
    )
    rows = session.execute(statement.where(row.form == form, row.period == period.id))
    return {UnitKey(code, day): (received_at, *rest) for code, day, received_at, *rest in rows}


def _reported(first_file: Any, lines: int, end: datetime) -> ReportedQuality:  # noqa: ANN401 # columns of a row
    received_at, failed, is_unreadable, is_returned, is_corrected = first_file
    return ReportedQuality(lines, lines if is_unreadable else failed, received_at >= end, is_returned, is_corrected)


def _lines(catalog: Catalog, form: str, period: Period, units: Iterable[OrgUnit]) -> int:
    """Return the number of lines that the form asks for: of the unit that owes most of the first ones."""
    return max((len(catalog.due_indicators(form, unit, period)) for unit in islice(units, _LOOKED_AT)), default=0)


def _areas_above(catalog: Catalog, units: Iterable[UnitKey]) -> tuple[str, ...]:
    above = (unit.parent for key in units if (unit := catalog.units.find(key.code, key.valid_from)) is not None)
    return tuple({parent for parent in above if parent})


def _worst_first(row: UnitQuality) -> tuple[float, float, str]:
    shares = row.total
    passed, on_time = (float(each.percent or 0) for each in (shares.passed, shares.on_time))
    return passed, on_time, row.unit.code
