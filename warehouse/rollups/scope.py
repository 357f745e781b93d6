"""Expected reports of a rollup: which unit has to report which indicator for which base periods."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import NamedTuple

from domain.catalog.catalog import Catalog
from domain.extents import Overlap, overlaps, unresolved_units
from domain.indicators import Flow, Indicator, SeriesBreak, SumOver
from domain.periods import Period
from domain.rollups import Boundary
from domain.units import Area, Level, OrgUnit, UnitKey
from warehouse.submissions.report_keys import ReportKey

_COMPUTATION = 3
"""Version of the computation, raised when the same reports give other rows.

2: a blank village is missing; 3: figures that are not comparable have bounds.
"""


@dataclass(frozen=True, slots=True)
class RollupKey:
    """Key of a rollup: area, form, period, and the boundary on which the area is drawn."""

    area: Area
    form: str
    period: Period
    boundary: Boundary = Boundary.AS_THEN


class ExpectedReport(NamedTuple):
    """A report due from a unit for a base period, and the unit's overlap with the area."""

    key: ReportKey
    overlap: Overlap

    @property
    def unit(self) -> OrgUnit:
        """The unit as of the base period's last day."""
        return self.overlap.unit


@dataclass(frozen=True, slots=True)
class RollupScope:
    """The reports that a rollup is made from.

    `expected_reports` are those due for its base periods, ordered by period and code. `expected` are, by indicator in
    the form's order, those that enter the figure; `before` those of a cumulative indicator's earlier periods, which are
    only compared. `unresolved` are units whose succession between the area's boundary day and a base period is unknown.
    `composites` are the indices of which a part is expected. `not_summed` are the indicators whose reports do not add
    over units or base periods, or across the day from which they count something else. An expected report of an
    indicator is of the form that counts; `beside` are the other forms that ask for it in a base period.
    """

    rollup_key: RollupKey
    expected_reports: tuple[ExpectedReport, ...]
    expected: Mapping[Indicator, tuple[ExpectedReport, ...]]
    before: Mapping[Indicator, tuple[ExpectedReport, ...]]
    unresolved: tuple[OrgUnit, ...]
    composites: tuple[Indicator, ...] = ()
    not_summed: Mapping[str, SumOver | SeriesBreak] = field(default_factory=dict)
    beside: Mapping[str, Mapping[Period, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def other_reports(self) -> tuple[ExpectedReport, ...]:
        """The reports of other forms whose figures count here, ordered by form, period and code."""
        if not self.beside:
            return ()
        distinct = {id(reports): reports for reports in (*self.expected.values(), *self.before.values())}
        results = {
            report.key: report
            for reports in distinct.values()
            for report in reports
            if report.key.form != self.rollup_key.form
        }
        return tuple(results[key] for key in sorted(results, key=lambda key: (key.form, key.period.id, key.unit)))

    def counted_forms(self, reports: Iterable[ExpectedReport]) -> Mapping[Period, str]:
        """Return the forms, other than the rollup's own, that these reports of an indicator are of, by base period."""
        own = self.rollup_key.form
        return {each.key.period: each.key.form for each in reports if each.key.form != own} if self.beside else {}


def computation_version(catalog: Catalog) -> str:
    """Return what figures were computed by: figures computed by another catalogue or computation are due again."""
    return f"{catalog.structure_version}/{_COMPUTATION}"


def base_periods(catalog: Catalog, form: str, period: Period) -> tuple[Period, ...]:
    """Return the reporting periods of a form within a period; none where the period is shorter than those."""
    return period.parts(catalog.forms.form(form).frequency)


def scope_of(catalog: Catalog, rollup_key: RollupKey) -> RollupScope:
    """Determine the reports that a rollup is made from, without exempt units and indicators due from no unit.

    A flow enters from every base period in which it is due, a stock or cumulative indicator from the last of them.
    """
    expected_reports: list[ExpectedReport] = []
    counting = _CountingForms(catalog, rollup_key.form)
    due: dict[str, dict[Period, tuple[ExpectedReport, ...]]] = {}
    for base in base_periods(catalog, rollup_key.form, rollup_key.period):
        reports_here = expected_reports_in(catalog, rollup_key, base)
        expected_reports += reports_here
        for name, due_here in _reports_by_indicator(counting, reports_here, base).items():
            due.setdefault(name, {})[base] = due_here
    expected: dict[Indicator, tuple[ExpectedReport, ...]] = {}
    before: dict[Indicator, tuple[ExpectedReport, ...]] = {}
    not_summed: dict[str, SumOver | SeriesBreak] = {}
    last_day = catalog.forms.last_day(rollup_key.form, rollup_key.period)
    for name, indicator in catalog.indicators.items():
        if name in due:
            *earlier, last = due[name].items()
            entering = due[name] if indicator.flow is Flow.FLOW else dict([last])
            defined = indicator.on(last_day)
            expected[defined] = _joined(entering.values())
            if earlier and indicator.flow is Flow.CUMULATIVE:
                form = last[1][0].key.form  # all reports of a base period are of the form that counts then
                before[defined] = _joined([reports for _, reports in earlier if reports[0].key.form == form])
            reason = _not_summed(catalog, indicator, expected[defined], sorted(entering))
            if reason is not None:
                not_summed[name] = reason
    composites = tuple(
        indicator
        for indicator in catalog.indicators.values()
        if indicator.is_composite
        and indicator.holds_on(last_day)
        and any(part.indicator in due for part in indicator.parts)
    )
    unresolved = _unresolved(catalog, rollup_key)
    beside = _beside(counting, expected) if rollup_key.form in catalog.precedence.rivals else {}
    reports = tuple(expected_reports)
    return RollupScope(rollup_key, reports, expected, before, unresolved, composites, not_summed, beside)


def _beside(
    counting: "_CountingForms", expected: Mapping[Indicator, tuple[ExpectedReport, ...]]
) -> Mapping[str, Mapping[Period, tuple[str, ...]]]:
    """Return the forms that ask for each indicator and do not count, by the base periods in which there are any."""
    # Most indicators expect the same reports, in the same tuple.
    distinct = {id(reports): reports for reports in expected.values()}
    periods = {key: {each.key.period for each in reports} for key, reports in distinct.items()}
    return {
        indicator.id: {
            period: forms for period in periods[id(reports)] if (forms := counting.beside(indicator, period))
        }
        for indicator, reports in expected.items()
    }


def _joined(reports: Collection[tuple[ExpectedReport, ...]]) -> tuple[ExpectedReport, ...]:
    """Return the reports of all base periods; those of a single period in the same tuple."""
    return next(iter(reports)) if len(reports) == 1 else tuple(chain.from_iterable(reports))


def _reports_by_indicator(
    counting: "_CountingForms", reports: Sequence[ExpectedReport], base: Period
) -> Mapping[str, tuple[ExpectedReport, ...]]:
    """Return the reports of a base period in which each indicator is due, sums of parts included.

    They are of the form that counts. Indicators due in the same reports share one tuple of them.
    """
    catalog = counting.catalog
    # Most units owe the same, as the same tuple, whose id stands for it while it is kept here.
    owing: dict[int, tuple[tuple[Indicator, ...], list[int]]] = {}
    for place, report in enumerate(reports):
        due = catalog.due_of_owing(counting.form, report.overlap.unit, base)
        owing.setdefault(id(due), (due, []))[1].append(place)
    groups_of: dict[str, tuple[int, ...]] = {}
    forms: dict[str, str] = {}
    for group, (due, _) in owing.items():
        for indicator in (*due, *catalog.sums_due(due, catalog.forms.last_day(counting.form, base))):
            form = counting.form_of(indicator, base)
            if form is not None:
                groups_of[indicator.id] = (*groups_of.get(indicator.id, ()), group)
                forms[indicator.id] = form
    together: dict[tuple[tuple[int, ...], str], tuple[ExpectedReport, ...]] = {}
    for groups, form in {(groups_of[name], form) for name, form in forms.items()}:
        places = sorted(chain.from_iterable(owing[group][1] for group in groups))
        own = (reports[place] for place in places)
        together[groups, form] = tuple(
            report if form == counting.form else report._replace(key=report.key._replace(form=form)) for report in own
        )
    return {name: together[groups, forms[name]] for name, groups in groups_of.items()}


@dataclass(frozen=True)
class _CountingForms:
    """The forms that count for a form's indicators, looked up once for all units."""

    catalog: Catalog
    form: str
    _known: dict[tuple[str, Period], str | None] = field(init=False, default_factory=dict)

    def form_of(self, indicator: Indicator, base: Period) -> str | None:
        """Return the form that counts; None where the figure is published with those of another form."""
        if self.form not in self.catalog.precedence.rivals:
            return self.form
        key = indicator.id, base
        if key not in self._known:
            is_here = self.catalog.publishing_form(indicator, self.form, base) == self.form
            self._known[key] = self.catalog.counting_form(indicator, self.form, base) if is_here else None
        return self._known[key]

    def beside(self, indicator: Indicator, base: Period) -> tuple[str, ...]:
        """Return the other forms that ask for an indicator; a derived one is asked for by none."""
        counting = self.catalog.counting_form(indicator, self.form, base)
        rivals = (self.form, *sorted(self.catalog.precedence.rivals[self.form]))
        return tuple(each for each in rivals if each != counting and self.catalog.asks(each, indicator.id, base))


def _not_summed(
    catalog: Catalog, indicator: Indicator, reports: Sequence[ExpectedReport], periods: Sequence[Period]
) -> SumOver | SeriesBreak | None:
    """Return why the figures of these reports, of these base periods, do not add up; None: they do."""
    if SumOver.UNITS in indicator.not_summed_over and len({report.key.unit for report in reports}) > 1:
        return SumOver.UNITS
    if len(periods) > 1 and SumOver.PERIODS in indicator.not_summed_over:
        return SumOver.PERIODS
    first, last = (catalog.forms.last_day(reports[0].key.form, period) for period in (periods[0], periods[-1]))
    return next((each for each in reversed(indicator.breaks) if first < each.first_day <= last), None)


def expected_reports_in(catalog: Catalog, rollup_key: RollupKey, base: Period) -> tuple[ExpectedReport, ...]:
    """Return the reports due for one base period from units wholly or partly in the area, ordered by code."""
    return tuple(
        ExpectedReport(ReportKey(overlap.unit.key, rollup_key.form, base), overlap)
        for overlap in overlaps_in(catalog, rollup_key, base)
        if catalog.owes(rollup_key.form, overlap.unit, base)
    )


def overlaps_in(catalog: Catalog, rollup_key: RollupKey, base: Period) -> tuple[Overlap, ...]:
    """Return the area's overlap with each unit that exists on the base period's last day."""
    area, day = rollup_key.area, catalog.forms.last_day(rollup_key.form, base)
    level = catalog.forms.form(rollup_key.form).level
    if level is not Level.COMMUNE:
        # Reports of districts and provinces themselves are due from the units below the area on that day.
        return _all_of(catalog.units.descendants(area.code, day, level))
    if area.boundary_day == day:
        return _all_of(area.members)
    if _is_unchanged(catalog, rollup_key, day):
        return _all_of(catalog.units.area(area.code, day).members)
    return overlaps(catalog.units, area, day)


def _all_of(units: Iterable[OrgUnit]) -> tuple[Overlap, ...]:
    return tuple(Overlap(unit, whole=True, succession_path=()) for unit in units)


def _is_unchanged(catalog: Catalog, rollup_key: RollupKey, day: date) -> bool:
    """Return whether the area is a unit that existed on that day too: a change of territory would make it another."""
    area = rollup_key.area
    unit = catalog.units.find(area.code, day)
    return area.code not in catalog.areas and unit is not None and unit.valid_from == area.valid_from


def _unresolved(catalog: Catalog, rollup_key: RollupKey) -> tuple[OrgUnit, ...]:
    results: dict[UnitKey, OrgUnit] = {}
    for base in base_periods(catalog, rollup_key.form, rollup_key.period):
        day = catalog.forms.last_day(rollup_key.form, base)
        if rollup_key.area.boundary_day != day and not _is_unchanged(catalog, rollup_key, day):
            results |= {unit.key: unit for unit in unresolved_units(catalog.units, rollup_key.area, day)}
    return tuple(results[key] for key in sorted(results))
