"""Builders of workbooks for all tests: the project's form, filled with sample figures and edited as a test needs."""

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import openpyxl
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import Period, parse_period
from domain.units import OrgUnit, UnitKey
from workbooks.sample.figures import ReportFigures, invent_figures
from workbooks.sample.fill import CellValue, entries_of, fill
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import Assignment, assign
from workbooks.template.workbook import build_template, make_blank

Ratio = tuple[int, int]
_TEMPLATES: dict[tuple[int, UnitKey, Period], tuple[Catalog, bytes]] = {}
"""Templates made, by catalogue (kept, so that no other gets its identity), unit and period."""


def form_for(catalog: Catalog, period: Period) -> str:
    """Return the id of the first form with the period's frequency."""
    return next(form.id for form in catalog.forms.by_id.values() if form.frequency is period.frequency)


def assignment_for(catalog: Catalog, unit: str | OrgUnit, period: str | Period) -> Assignment:
    """Return a unit's assignment for a period; a code is resolved as of the period's last day."""
    parsed_period = parse_period(period) if isinstance(period, str) else period
    form = form_for(catalog, parsed_period)
    org_unit = catalog.units.get(unit, catalog.forms.last_day(form, parsed_period)) if isinstance(unit, str) else unit
    return assign(catalog, form, org_unit, parsed_period)


def make_template(catalog: Catalog, unit: str | OrgUnit, period: str | Period) -> bytes:
    """Return the empty form of a unit and period, built once for all tests of a process."""
    task = assignment_for(catalog, unit, period)
    key = id(catalog), task.unit.key, task.period
    if key not in _TEMPLATES:
        _TEMPLATES[key] = catalog, build_template(catalog, task.form.id, task.unit, task.period)
    return _TEMPLATES[key][1]


def make_workbook(
    catalog: Catalog,
    unit: str | OrgUnit,
    period: str | Period,
    *,
    figures: Mapping[str, Ratio | int] | None = None,
    edits: Mapping[str, CellValue] | None = None,
    change: Callable[[Workbook], None] | None = None,
    seed: int = 1,
) -> bytes:
    """Return a filled report that is valid except for the arguments' changes.

    Args:
        catalog: The catalogue.
        unit: A commune, or its code as valid on the period's last day.
        period: The period, or its id.
        figures: Figures of the form sheet by indicator, (numerator, denominator) or a count; others are invented.
        edits: Final values of single cells, by defined name ("TH.hsskdt.numerator") or by "Sheet!A1".
        change: Further changes to the open workbook before it is saved.
        seed: Seed of the invented figures.
    """
    task = assignment_for(catalog, unit, period)
    invented = invent_figures(SampleSeries(catalog, seed), task)
    blank = make_blank(task)
    entries = entries_of(blank, ReportFigures({**invented.form, **_figures(figures or {})}, invented.villages))
    for place, value in (edits or {}).items():
        sheet, _, address = place_of(blank.workbook, place).rpartition("!")
        entries[sheet, address] = value
    if change is not None:
        change(blank.workbook)
    return fill(blank, entries, task.deadline)


def open_workbook(data: bytes) -> Workbook:
    """Open a workbook for reading or editing, with formulas as text; pickled, it opens six times as fast."""
    workbook: Workbook = pickle.loads(_opened(data))  # noqa: S301 # pickled below
    return workbook


@lru_cache(maxsize=32)
def _opened(data: bytes) -> bytes:
    return pickle.dumps(openpyxl.load_workbook(io.BytesIO(data)))


def place_of(workbook: Workbook, name: str) -> str:
    """Return the `Sheet!A1` of a defined name; an address is returned unchanged."""
    if name not in workbook.defined_names:
        return name
    sheet, address = next(iter(workbook.defined_names[name].destinations))
    return f"{sheet}!{address.replace('$', '')}"


def value_of(workbook: Workbook, name: str) -> object:
    """Return the value of the cell of a defined name, or of "Sheet!A1"."""
    sheet, _, address = place_of(workbook, name).rpartition("!")
    value: object = workbook[sheet][address].value
    return value


def _figures(figures: Mapping[str, Ratio | int]) -> dict[tuple[str, ColumnRole], int]:
    results: dict[tuple[str, ColumnRole], int] = {}
    for indicator, figure in figures.items():
        if isinstance(figure, tuple):
            results[indicator, ColumnRole.NUMERATOR], results[indicator, ColumnRole.DENOMINATOR] = figure
        else:
            results[indicator, ColumnRole.NUMERATOR] = figure
    return results


def with_checks(catalog: Catalog) -> Catalog:
    """Return a catalogue whose layouts judge themselves."""
    layouts = tuple(replace(layout, checks=bool(layout.lines)) for layout in catalog.forms.layouts)
    return replace(catalog, forms=replace(catalog.forms, layouts=layouts))
