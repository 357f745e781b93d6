"""The project's one generator of filled workbooks: an area's reports as its communes would send them, all invented."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath

from domain.catalog.catalog import Catalog
from domain.layouts import Form
from domain.periods import Period, add_working_days
from domain.units import OrgUnit
from domain.vietnam_time import VIETNAM
from workbooks.sample.defects import PlantedDefect, plant_any, plant_wrong_first
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import entries_of, fill
from workbooks.sample.parameters import SampleArea, WrongFirst
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import Assignment, assign
from workbooks.template.workbook import make_blank

_LATE_SHARE = 0.08
_CORRECTED_AFTER_DAYS = (2, 4)
"""Working days from a wrong workbook to its correction, from and to."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One workbook: where it goes below the inbox, its bytes, and when the commune delivered it (UTC).

    A correction belongs beside the inbox, to be dropped into it later. `defects` is what is wrong in it on purpose.
    """

    path: PurePosixPath
    data: bytes
    delivered_at: datetime
    is_correction: bool
    defects: tuple[PlantedDefect, ...] = ()


def make_sample(
    catalog: Catalog, area: str, periods: Sequence[Period], seed: int, defects: float = 0.0
) -> Iterator[SampleFile]:
    """Workbooks of every commune of an area that owes a form, period by period.

    The same catalogue, area, periods, seed and share of defects give the same bytes. Where the catalogue holds totals,
    the communes add up to them in the totals' period, once the correction of the wrong workbook is in.

    Args:
        catalog: Units, forms and sample parameters.
        area: Code of a district, a province or a commune, as valid on each period's last day.
        periods: Which periods; a form is made for those of its own frequency.
        seed: Another number gives other figures.
        defects: Share (0 to 1) of the workbooks that get one defect more, of a random kind.

    Raises:
        UsageError: the area does not exist in a period.
        TerminalError: the catalogue's sample parameters do not cover an indicator.
    """
    sampler = _Sampler(catalog, SampleSeries(catalog, seed))
    for period in periods:
        for form in catalog.forms.values():
            if form.frequency is period.frequency:
                yield from sampler.reports(form, area, period, defects)


class _Sampler:
    """Makes the workbooks of one area after the other."""

    def __init__(self, catalog: Catalog, series: SampleSeries) -> None:
        self._catalog = catalog
        self._series = series

    def reports(self, form: Form, area: str, period: Period, defects: float) -> Iterator[SampleFile]:
        """The workbooks of one form and period."""
        units = self._catalog.owing_units(form.id, area, period)
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
            planted = plant_wrong_first(blank, entries, wrong, series.draws)
        elif is_defective:
            planted = plant_any(blank, entries, series.typical.texts_for_numbers, series.draws, unit.key, period)
        delivered = self._delivered_at(assignment)
        data = fill(blank, entries, delivered.astimezone(VIETNAM).date())
        return SampleFile(self._path(assignment), data, delivered, is_correction=False, defects=planted)

    def _correction(self, assignment: Assignment, first_delivered: datetime) -> SampleFile:
        blank = make_blank(assignment, assignment.text("sample_note"))
        entries = entries_of(blank, invent_figures(self._series, assignment))
        days = self._series.draws.integer(*_CORRECTED_AFTER_DAYS, "corrected", assignment.unit.key, assignment.period)
        first = first_delivered.astimezone(VIETNAM)
        day = add_working_days(first.date(), days, self._catalog.holidays)
        delivered = datetime.combine(day, first.timetz()).astimezone(UTC)
        data = fill(blank, entries, delivered.astimezone(VIETNAM).date())
        return SampleFile(self._path(assignment), data, delivered, is_correction=True)

    def _wrong_first(self, unit: OrgUnit, period: Period) -> WrongFirst | None:
        for area in self._series.areas:
            if area.period == period and area.wrong_first and _means(area, area.wrong_first.unit, unit):
                return area.wrong_first
        return None

    def _choose_defective(
        self, form: Form, area: str, period: Period, units: Sequence[OrgUnit], share: float
    ) -> frozenset[str]:
        """Codes of the units whose workbooks get a defect: the share exactly, a fraction of one by chance."""
        sound = [unit.code for unit in units if self._wrong_first(unit, period) is None]
        draws, what = self._series.draws, (form.id, area, period)
        whole, fraction = divmod(share * len(units), 1)
        count = math.floor(whole) + (draws.uniform(0, 1, "one more", *what) < fraction)
        return frozenset(draws.shuffled(sound, "defective", *what)[:count])

    def _delivered_at(self, assignment: Assignment) -> datetime:
        """Office hours between cut-off and deadline; a few come up to three days late."""
        draws, what = self._series.draws, (assignment.form.id, assignment.unit.key, assignment.period)
        first_day = assignment.last_day + timedelta(days=1)
        span = (assignment.deadline - first_day).days
        day = first_day + timedelta(days=draws.integer(0, max(0, span), "day", *what))
        if draws.uniform(0, 1, "late", *what) < _LATE_SHARE:
            day = assignment.deadline + timedelta(days=draws.integer(1, 3, "days late", *what))
        return _in_office_hours(day, draws.integer(0, 8 * 60, "minute", *what))

    def _path(self, assignment: Assignment) -> PurePosixPath:
        """`2025-05/22828 Xã Ma Nới/BC_22828_2025-05.xlsx`; the form's id is added where others share its frequency."""
        unit, period = assignment.unit, assignment.period
        alike = [form for form in self._catalog.forms.values() if form.frequency is assignment.form.frequency]
        form = f"_{assignment.form.id}" if len(alike) > 1 else ""
        name = unit.name.replace("/", "-")
        return PurePosixPath(period.id, f"{unit.code} {name}", f"BC_{unit.code}_{period}{form}.xlsx")


def _means(area: SampleArea, code: str, unit: OrgUnit) -> bool:
    """Whether an area's code means that unit: codes are used again for other units later."""
    return unit.code == code and unit.holds_on(area.day)


def _in_office_hours(day: date, minute: int) -> datetime:
    return (datetime.combine(day, time(8), VIETNAM) + timedelta(minutes=minute)).astimezone(UTC)
