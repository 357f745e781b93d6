"""Sample tables of offices: invented figures of all units of an area, most of them those that the units report."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import PurePosixPath

from openpyxl.utils import get_column_letter

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import Period
from domain.units import OrgUnit
from domain.vietnam_time import VIETNAM
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import CellEntries, fill
from workbooks.sample.inbox import SampleFile
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import assign
from workbooks.template.blank import Blank
from workbooks.template.unit_table import FIRST_ROW, make_unit_table

_DIFFERING_SHARE = 0.15
"""Share of the figures that differ from what the unit reports itself."""
_MOST_DIFFERENCE = 0.05
"""Largest difference, as a share of the figure."""


def make_sample_tables(
    catalog: Catalog, form: str, area: str, periods: Sequence[Period], seed: int
) -> Iterator[SampleFile]:
    """Yield the table of a form for each of the periods that the form is reported for.

    With the seed of the units' own reports the figures are theirs, but for a share that differs a little.

    Raises:
        UsageError: the form is unknown, the area is no unit above others, or none of its units owes the form.
    """
    series = SampleSeries(catalog, seed)
    for period in periods:
        if period.frequency is catalog.forms.form(form).frequency:
            blank = make_unit_table(catalog, form, area, period, is_sample=True)
            entries = _entries(series, blank, catalog.owing_units(form, area, period))
            delivered = datetime.combine(blank.assignment.deadline, time(9), VIETNAM).astimezone(UTC)
            path = PurePosixPath(period.id, blank.assignment.file_name)
            yield SampleFile(path, fill(blank, entries, None), delivered, is_correction=False)


def _entries(series: SampleSeries, blank: Blank, units: Sequence[OrgUnit]) -> CellEntries:
    """Return the figures of all rows by cell."""
    assignment, entries = blank.assignment, CellEntries()
    columns = {
        (column.indicator, column.role): get_column_letter(number)
        for number, column in enumerate(assignment.layout.unit_columns, 1)
        if column.indicator is not None
    }
    for row, unit in enumerate(units, FIRST_ROW):
        own = invent_figures(series, assign(assignment.catalog, assignment.form.id, unit, assignment.period)).form
        for (indicator, role), number in own.items():
            if role is ColumnRole.NUMERATOR:
                most = own.get((indicator, ColumnRole.DENOMINATOR))
                number = _of_office(series, (unit.key, assignment.period, indicator), number, most)  # noqa: PLW2901 # the office's in place of the unit's
            entries[assignment.layout.sheet, f"{columns[indicator, role]}{row}"] = number
    return entries


def _of_office(series: SampleSeries, key: tuple[object, ...], number: int, most: int | None) -> int:
    """Return a figure of the office: that of the unit, or one that differs by at least 1 and is not above `most`."""
    if series.rng.uniform(0, 1, "office differs", *key) >= _DIFFERING_SHARE:
        return number
    reach = max(1, round(number * _MOST_DIFFERENCE))
    difference = series.rng.integer(1, reach, "difference", *key)
    lower, upper = number - difference, number + difference
    is_more = series.rng.uniform(0, 1, "office has more", *key) < 0.5  # as often more as less
    return upper if (is_more or lower < 0) and (most is None or upper <= most) else max(0, lower)
