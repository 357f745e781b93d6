"""Quality of the reports of a form, per unit and period, read from the log in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import case, func, or_, select

from domain.catalog.catalog import Catalog
from domain.issues import SHADOW_FACT, Severity
from domain.periods import Frequency, Period, parse_period
from domain.quality.reporting import NOTHING, ReportedQuality, ReportingQuality, quality_of
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import VIETNAM
from warehouse.models import DeliveryRow, IssueRow, PublicationRow, SubmissionEventRow, SubmissionRow
from warehouse.queries.desk.matrix import OwedReports
from warehouse.store.engine import Session

_FIRST: Final = 1
"""Number of the first version of a report, and of its first judgement."""
_PERIODS_OF_SILENCE: Final = 2
_LOOKED_AT: Final = 3
"""Units of which the one that owes most lines says how many there are."""
_COUNTED: Final = (Severity.CRITICAL, Severity.HOLD, Severity.WARNING)


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


def area_quality(periods: Sequence[Period], rows: Sequence[UnitQuality]) -> AreaQuality:
    """Return units with the totals of each period, and over all."""
    by_period = [quality_of(each for row in rows if (each := row.reports[place])) for place in range(len(periods))]
    return AreaQuality(tuple(periods), tuple(rows), tuple(by_period), sum(by_period, NOTHING))


def log_position(session: Session) -> tuple[int, int, int]:
    """Return the last delivery, event and publication: what is read of reports is the same until they grow."""
    newest = (DeliveryRow.id, SubmissionEventRow.id, PublicationRow.id)
    delivery, event, publication = (session.scalar(select(func.max(each))) or 0 for each in newest)
    return delivery, event, publication


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
    catalog = owed_reports.catalog
    facts = {period: _of_period(session, catalog, form, period) for period in periods}
    within = tuple(areas) or _areas_above(catalog, {key for of_period in facts.values() for key in of_period})
    owing = {period: owed_reports.units(form, within, period) for period in periods}
    lines = {period: _lines(catalog, form, period, owing[period].values()) for period in periods}
    units = {key: unit for by_key in owing.values() for key, unit in by_key.items()}
    rows = []
    for key, unit in units.items():
        reports = tuple(
            facts[period].get(key, _MISSING).with_lines(lines[period]) if key in owing[period] else None
            for period in periods
        )
        rows.append(UnitQuality(unit, reports, quality_of(each for each in reports if each is not None)))
    rows.sort(key=_worst_first)
    return area_quality(periods, rows)


@dataclass(frozen=True, slots=True)
class _FirstFile:
    failed: int | None
    is_late: bool
    is_returned: bool
    is_accepted: bool
    is_unreadable: bool

    def with_lines(self, lines: int) -> ReportedQuality:
        failed = lines if self.is_unreadable else self.failed
        return ReportedQuality(lines, failed, self.is_late, self.is_returned, self.is_accepted)


_MISSING: Final = _FirstFile(failed=None, is_late=True, is_returned=False, is_accepted=False, is_unreadable=False)


def _of_period(session: Session, catalog: Catalog, form: str, period: Period) -> Mapping[UnitKey, _FirstFile]:
    row, issue = SubmissionRow, IssueRow
    deadline = catalog.forms.deadline(form, period, catalog.forms.form(form).level)
    of_period = (row.form == form, row.period == period.id, row.version.is_not(None))
    # Whether a file was accepted since matters where the first one was returned at first.
    is_corrected = or_(row.version > _FIRST, row.judgement > _FIRST)
    statement = select(row.unit_code, row.unit_valid_from).where(*of_period, row.accepted_at.is_not(None), is_corrected)
    accepted = {(code, day) for code, day in session.execute(statement)}
    end = datetime.combine(deadline + timedelta(days=1), time(), VIETNAM)
    name, shadow = SHADOW_FACT
    stage = issue.facts[name].as_string()
    finding = (
        (issue.submission_id == row.id)
        & (issue.judgement == _FIRST)
        & issue.severity.in_(_COUNTED)
        & or_(stage.is_(None), stage != shadow)
    )
    is_critical = issue.severity == Severity.CRITICAL
    rows = session.execute(
        select(
            row.unit_code,
            row.unit_valid_from,
            row.received_at >= end,
            func.count(issue.indicator.distinct()),
            func.max(case((is_critical, 1), else_=0)),
            func.max(case((is_critical & issue.indicator.is_(None), 1), else_=0)),
        )
        .outerjoin(issue, finding)
        .where(*of_period, row.version == _FIRST, row.judgement >= _FIRST)
        .group_by(row.id, row.unit_code, row.unit_valid_from, row.received_at)
    )
    return {
        UnitKey(code, day): _FirstFile(
            failed,
            bool(is_late),
            bool(is_returned),
            (code, day) in accepted,
            bool(is_unreadable),
        )
        for code, day, is_late, failed, is_returned, is_unreadable in rows
    }


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
