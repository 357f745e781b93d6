"""Generator of sample inboxes: the reports of an area's communes, with invented figures."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.extents import territory_of
from domain.layouts import Form
from domain.periods import Period, add_working_days
from domain.sample import SampleArea, WrongFirst
from domain.units import OrgUnit
from domain.vietnam_time import VIETNAM
from workbooks.sample.defects import PlantedDefect, plant_any, plant_wrong_first
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import entries_of, fill
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import Assignment, assign
from workbooks.template.workbook import make_blank

_LATE_SHARE = 0.08
_CORRECTED_AFTER_DAYS = (2, 4)
"""Fewest and most working days from a wrong workbook to its correction."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A workbook: its path below the inbox, its bytes, and the time of its delivery (UTC).

    A correction is stored next to the inbox, to be moved into it later. `defects` are the planted defects.
    """

    path: PurePosixPath
    data: bytes
    delivered_at: datetime
    is_correction: bool
    defects: tuple[PlantedDefect, ...] = ()


def make_sample(
    catalog: Catalog,
    area: str,
    periods: Sequence[Period],
    seed: int,
    defects: float = 0.0,
    *,
    only_form: str | None = None,
) -> Iterator[SampleFile]:
    """Yield the workbooks of all communes of an area that have to report, period by period.

    The same catalogue, area, periods, seed and share of defects give the same bytes. If the catalogue states totals,
    the communes sum to them in the totals' period, after the correction of the wrong workbook.

    Args:
        catalog: Units, forms and sample parameters.
        area: Code of a district, a province or a commune, or an officer's area, as valid in the last period.
        periods: Periods to report, in order; a form is filled in for periods of its frequency.
        seed: Seed of the figures.
        defects: Share (0 to 1) of the workbooks that get an additional random defect.
        only_form: The only form to fill in, of those that units fill in themselves; None: all of these.

    Raises:
        UsageError: the area does not exist in the last period.
        TerminalError: the catalogue's sample parameters are missing or contradict each other.
    """
    sampler = _Sampler(catalog, SampleSeries(catalog, seed))
    for form, period, units in reporting_units(catalog, area, periods, only_form=only_form):
        yield from sampler.reports(form, area, period, units, defects)


def reporting_units(
    catalog: Catalog, area: str, periods: Sequence[Period], *, only_form: str | None = None
) -> Iterator[tuple[Form, Period, tuple[OrgUnit, ...]]]:
    """Yield the communes that report each form for each period, as they are on its last day, by code.

    Of the time before a merger those whose territory the area took in report as well, so that its year is complete.

    Raises:
        UsageError: the area does not exist in the last period.
    """
    for period in periods:
        for form in catalog.forms.of_units:
            if form.frequency is not period.frequency or only_form not in {None, form.id}:
                continue
            last_units = catalog.owing_units(form.id, area, periods[-1])
            territory = territory_of(catalog.units, last_units, catalog.forms.last_day(form.id, period))
            try:
                own = catalog.owing_units(form.id, area, period)
            except UsageError:
                own = ()  # the area began later
            units = {*own, *(unit for unit in territory if catalog.owes(form.id, unit, period))}
            yield form, period, tuple(sorted(units, key=lambda unit: unit.code))


class _Sampler:
    """Generator of the workbooks of a form, area and period."""

    def __init__(self, catalog: Catalog, series: SampleSeries) -> None:
        self._catalog = catalog
        self._series = series

    def reports(
        self, form: Form, area: str, period: Period, units: Sequence[OrgUnit], defects: float
    ) -> Iterator[SampleFile]:
        """Yield the workbooks of a form and period by an area's units, each correction after the wrong workbook."""
        defective = self._choose_defective(form, area, period, units, defects)
        for unit in units:
            assignment = assign(self._catalog, form.id, unit, period)
            wrong = self._wrong_first(unit, period)
            first = self._report(assignment, wrong, is_defective=unit.code in defective)
            yield first
            if wrong is not None and first.defects:
                yield self._correction(assignment, first.delivered_at)

    def _report(self, assignment: Assignment, wrong: WrongFirst | None, *, is_defective: bool) -> SampleFile:
        series, unit, period = self._series, assignment.unit, assignment.period
        blank = make_blank(assignment, assignment.text("sample_note"))
        entries = entries_of(blank, invent_figures(series, assignment))
        planted: tuple[PlantedDefect, ...] = ()
        if wrong is not None:
            planted = plant_wrong_first(blank, entries, wrong, series.rng)
        elif is_defective:
            planted = plant_any(blank, entries, series.typical.texts_for_numbers, series.rng, unit.key, period)
        delivered = self._delivered_at(assignment)
        data = fill(blank, entries, delivered.astimezone(VIETNAM).date())
        return SampleFile(self._path(assignment), data, delivered, is_correction=False, defects=planted)

    def _correction(self, assignment: Assignment, first_delivered: datetime) -> SampleFile:
        blank = make_blank(assignment, assignment.text("sample_note"))
        entries = entries_of(blank, invent_figures(self._series, assignment))
        days = self._series.rng.integer(*_CORRECTED_AFTER_DAYS, "corrected", assignment.unit.key, assignment.period)
        first = first_delivered.astimezone(VIETNAM)
        day = add_working_days(first.date(), days, self._catalog.forms.holidays)
        delivered = datetime.combine(day, first.timetz()).astimezone(UTC)
        data = fill(blank, entries, delivered.astimezone(VIETNAM).date())
        return SampleFile(self._path(assignment), data, delivered, is_correction=True)

    def _wrong_first(self, unit: OrgUnit, period: Period) -> WrongFirst | None:
        for area in self._series.areas:
            if area.period == period and area.wrong_first and _denotes(area, area.wrong_first.unit, unit):
                return area.wrong_first
        return None

    def _choose_defective(
        self, form: Form, area: str, period: Period, units: Sequence[OrgUnit], share: float
    ) -> frozenset[str]:
        """Choose the codes of the units whose workbooks get a defect; a fractional count is rounded at random."""
        sound = [unit.code for unit in units if self._wrong_first(unit, period) is None]
        rng, key = self._series.rng, (form.id, area, period)
        whole, fraction = divmod(share * len(units), 1)
        count = math.floor(whole) + (rng.uniform(0, 1, "one more", *key) < fraction)
        return frozenset(rng.shuffled(sound, "defective", *key)[:count])

    def _delivered_at(self, assignment: Assignment) -> datetime:
        """Choose a time in office hours between cut-off and deadline; a few are up to three days late."""
        rng, key = self._series.rng, (assignment.form.id, assignment.unit.key, assignment.period)
        first_day = assignment.last_day + timedelta(days=1)
        span = (assignment.deadline - first_day).days
        day = first_day + timedelta(days=rng.integer(0, max(0, span), "day", *key))
        if rng.uniform(0, 1, "late", *key) < _LATE_SHARE:
            day = assignment.deadline + timedelta(days=rng.integer(1, 3, "days late", *key))
        return _in_office_hours(day, rng.integer(0, 8 * 60, "minute", *key))

    def _path(self, assignment: Assignment) -> PurePosixPath:
        """Return `2025-05/22828 Xã Ma Nới/BC_22828_2025-05.xlsx`, with the form's id if others have its frequency."""
        unit, period = assignment.unit, assignment.period
        same_frequency = [form for form in self._catalog.forms.of_units if form.frequency is assignment.form.frequency]
        form = f"_{assignment.form.id}" if len(same_frequency) > 1 else ""
        name = unit.name.replace("/", "-")
        return PurePosixPath(period.id, f"{unit.code} {name}", f"BC_{unit.code}_{period}{form}.xlsx")


def _denotes(area: SampleArea, code: str, unit: OrgUnit) -> bool:
    """Return whether an area's code denotes that unit, since codes are reused for later units."""
    return unit.code == code and unit.holds_on(area.day)


def _in_office_hours(day: date, minute: int) -> datetime:
    return (datetime.combine(day, time(8), VIETNAM) + timedelta(minutes=minute)).astimezone(UTC)
