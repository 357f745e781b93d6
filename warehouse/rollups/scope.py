"""Which unit owes which figure, for which base periods: what a rollup sums over, and what it counts as missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.catalog.catalog import Catalog
from domain.extents import Overlap, overlaps, unresolved_units
from domain.indicators import Flow, Indicator
from domain.periods import Period
from domain.rollups import Boundary
from domain.units import Area, Level, OrgUnit, UnitKey


@dataclass(frozen=True, slots=True)
class RollupKey:
    """What one rollup is made for: an area's figures of a form for a period, drawn on a boundary."""

    area: Area
    form: str
    period: Period
    boundary: Boundary = Boundary.AS_THEN


class ReportKey(NamedTuple):
    """A unit's report of one base period."""

    period: Period
    unit: UnitKey


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """A report that a unit owes for a base period, and what the area has of the unit."""

    slot: ReportKey
    overlap: Overlap

    @property
    def unit(self) -> OrgUnit:
        """The unit as it is on the base period's last day."""
        return self.overlap.unit


@dataclass(frozen=True, slots=True)
class RollupScope:
    """What a cell rests on.

    `owed` are the reports due for its base periods, in the order of periods and codes. `expected` are, by indicator in
    report order, those that the figure is made from; `before` those of a cumulative figure's earlier periods, which are
    only looked at. `lost` are units of the area of which nobody told what became of them.
    """

    cell: RollupKey
    expected_reports: tuple[ExpectedReport, ...]
    expected: Mapping[Indicator, tuple[ExpectedReport, ...]]
    before: Mapping[Indicator, tuple[ExpectedReport, ...]]
    lost: tuple[OrgUnit, ...]


def base_periods(catalog: Catalog, form: str, period: Period) -> tuple[Period, ...]:
    """The periods for which a form is reported and of which a period is made up; none for one that is too short."""
    return period.parts(catalog.form(form).frequency)


def scope_of(catalog: Catalog, cell: RollupKey) -> RollupScope:
    """What a cell rests on. An exempt unit is not expected, and an indicator nobody owes is left out.

    A flow is made from every base period in which it is due, a stock or a cumulative figure from the last one.
    """
    expected_reports: list[ExpectedReport] = []
    due: dict[str, dict[Period, list[ExpectedReport]]] = {}
    for base in base_periods(catalog, cell.form, cell.period):
        for report in expected_reports_in(catalog, cell, base):
            expected_reports.append(report)
            for indicator in catalog.due_indicators(cell.form, report.unit, base):
                due.setdefault(indicator.id, {}).setdefault(base, []).append(report)
    expected: dict[Indicator, tuple[ExpectedReport, ...]] = {}
    before: dict[Indicator, tuple[ExpectedReport, ...]] = {}
    for name, indicator in catalog.indicators.items():
        if name in due:
            *earlier, last = due[name].values()
            if indicator.flow is Flow.FLOW:
                earlier, last = [], [report for reports in due[name].values() for report in reports]
            expected[indicator] = tuple(last)
            if earlier and indicator.flow is Flow.CUMULATIVE:
                before[indicator] = tuple(other_report for reports in earlier for other_report in reports)
    return RollupScope(cell, tuple(expected_reports), expected, before, _lost(catalog, cell))


def expected_reports_in(catalog: Catalog, cell: RollupKey, base: Period) -> tuple[ExpectedReport, ...]:
    """The reports due for one base period from the units that lie in the area, wholly or in part, by code."""
    return tuple(
        ExpectedReport(ReportKey(base, overlap.unit.key), overlap)
        for overlap in overlaps_in(catalog, cell, base)
        if catalog.owes(cell.form, overlap.unit, base)
    )


def overlaps_in(catalog: Catalog, cell: RollupKey, base: Period) -> tuple[Overlap, ...]:
    """What the area has of each unit that holds on the base period's last day."""
    area, day = cell.area, catalog.last_day(cell.form, base)
    level = catalog.form(cell.form).level
    if level is not Level.COMMUNE:
        # What districts and provinces report of themselves is asked of those that stand below the area that day.
        return _all_of(catalog.units.descendants(area.code, day, level))
    if area.boundary_day == day:
        return _all_of(area.members)
    if _is_unchanged(catalog, cell, day):
        return _all_of(catalog.units.area(area.code, day).members)
    return overlaps(catalog.units, area, day)


def _all_of(units: Iterable[OrgUnit]) -> tuple[Overlap, ...]:
    return tuple(Overlap(unit, whole=True, through=()) for unit in units)


def _is_unchanged(catalog: Catalog, cell: RollupKey, day: date) -> bool:
    """Whether the area is a unit that held on that day too: it would be another if its ground had changed since."""
    area = cell.area
    unit = catalog.units.find(area.code, day)
    return area.code not in catalog.areas and unit is not None and unit.valid_from == area.valid_from


def _lost(catalog: Catalog, cell: RollupKey) -> tuple[OrgUnit, ...]:
    results: dict[UnitKey, OrgUnit] = {}
    for base in base_periods(catalog, cell.form, cell.period):
        day = catalog.last_day(cell.form, base)
        if cell.area.boundary_day != day and not _is_unchanged(catalog, cell, day):
            results |= {unit.key: unit for unit in unresolved_units(catalog.units, cell.area, day)}
    return tuple(results[key] for key in sorted(results))
