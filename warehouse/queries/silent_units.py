"""Silent units: those past their deadline without any report, by period and area."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period, working_days_after
from domain.rollups import ReportingState
from domain.units import Level, OrgUnit
from warehouse.models import SubmissionRow
from warehouse.rollups.reporting_status import reporting_statuses
from warehouse.store.engine import Session

PERIODS_BACK = 3
"""Number of periods past their deadline that are reported; `tonghop status` shows any other."""


@dataclass(frozen=True, slots=True)
class SilentArea:
    """An area directly above communes, with its silent units and the unit above it.

    `due` is the area's own deadline for handing its figures up; None where the form sets none for its level.
    """

    code: str
    name: str
    level: Level
    above: str
    due: date | None
    expected: int
    silent: tuple[OrgUnit, ...]


@dataclass(frozen=True, slots=True)
class SilentPeriod:
    """A period past its deadline with silent units; lateness in days, and in working days."""

    form: str
    period: Period
    deadline: date
    days_late: int
    working_days_late: int
    areas: tuple[SilentArea, ...]

    @property
    def count(self) -> int:
        """Number of silent units."""
        return sum(len(area.silent) for area in self.areas)


def silent_units(session: Session, catalog: Catalog, areas: Collection[str], today: date) -> tuple[SilentPeriod, ...]:
    """Return the silent units of the last periods past their deadline, newest first.

    Of these areas (codes or ids); without any, of those right above communes that ever reported. A unit whose report
    was refused is not silent. Periods before the first one ever received are left out.
    """
    first, parents = _known(session, catalog)
    results: list[SilentPeriod] = []
    for form in first:
        for period in _past_deadline(catalog, form, first[form], today):
            owing = owing_units(catalog, form, period, areas or parents[form])
            result = _silent(session, catalog, form, period, owing, today=today)
            results += [result] if result.count else []
    return tuple(
        sorted(
            results,
            key=lambda silent_period: (
                -silent_period.period.year,
                -silent_period.period.last_month,
                silent_period.form,
            ),
        )
    )


def _known(session: Session, catalog: Catalog) -> tuple[dict[str, Period], dict[str, set[str]]]:
    """Return, by form, the first period ever received, and the units above communes that ever reported."""
    row = SubmissionRow
    placed = select(row.form, row.period, row.unit_code).where(row.version.is_not(None)).distinct()
    first: dict[str, Period] = {}
    parents: dict[str, set[str]] = defaultdict(set)
    for form, text, code in session.execute(placed).tuples():
        if form is None or text is None or form not in catalog.forms.by_id:
            continue
        period = parse_period(text)
        first[form] = min(first.get(form, period), period)
        unit = catalog.units.find(code or "", catalog.forms.last_day(form, period))
        if unit is not None and unit.parent:
            parents[form].add(unit.parent)
    return first, parents


def _past_deadline(catalog: Catalog, form: str, first: Period, today: date) -> Iterator[Period]:
    """Yield the newest periods past their deadline, back to the first one."""
    level, period = catalog.forms.form(form).level, first
    while catalog.forms.deadline(form, period.shift(1), level) < today:
        period = period.shift(1)
    for _ in range(PERIODS_BACK):
        if period < first or catalog.forms.deadline(form, period, level) >= today:
            return
        yield period
        period = period.shift(-1)


def reporting_areas(session: Session, catalog: Catalog, form: str) -> set[str]:
    """Return the codes of the units right above communes that ever reported a form."""
    return _known(session, catalog)[1][form]


def owing_units(catalog: Catalog, form: str, period: Period, areas: Collection[str]) -> dict[str, OrgUnit]:
    """Return the units of these areas that have to report the form, by code; none for areas that did not exist then."""
    results: dict[str, OrgUnit] = {}
    for code in areas:
        try:
            results |= {unit.code: unit for unit in catalog.owing_units(form, code, period)}
        except UsageError:
            continue
    return results


def _silent(
    session: Session, catalog: Catalog, form: str, period: Period, owing: dict[str, OrgUnit], *, today: date
) -> SilentPeriod:
    deadline = catalog.forms.deadline(form, period, catalog.forms.form(form).level)
    groups: dict[str, list[OrgUnit]] = defaultdict(list)
    for unit in owing.values():
        groups[unit.parent or ""].append(unit)
    missing = {
        key
        for key, status in reporting_statuses(session, form, period, owing.values(), deadline).items()
        if status.state is ReportingState.MISSING
    }
    areas = (
        _area(catalog, form, period, units, tuple(unit for unit in units if unit.key in missing))
        for units in groups.values()
    )
    return SilentPeriod(
        form=form,
        period=period,
        deadline=deadline,
        days_late=(today - deadline).days,
        working_days_late=working_days_after(deadline, today, catalog.forms.holidays),
        areas=tuple(sorted((area for area in areas if area.silent), key=lambda item: (item.above, item.code))),
    )


def _area(catalog: Catalog, form: str, period: Period, units: list[OrgUnit], silent: tuple[OrgUnit, ...]) -> SilentArea:
    above = catalog.units.above(units[0], catalog.forms.last_day(form, period))
    nearest, further = (above[0] if above else units[0]), above[1:2]
    try:
        due = catalog.forms.deadline(form, period, nearest.level)
    except UsageError:
        due = None
    return SilentArea(
        code=nearest.code,
        name=nearest.name,
        level=nearest.level,
        above=further[0].name if further and further[0].level is not Level.COUNTRY else "",
        due=due,
        expected=len(units),
        silent=tuple(sorted(silent, key=lambda unit: unit.code)),
    )
