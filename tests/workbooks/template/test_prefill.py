"""Stocks reported before are filled in, marked and explained; nothing else is."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.indicators import Flow
from domain.layouts import ColumnRole
from domain.observations import CellState, Figure, Observation, PastObservation
from domain.periods import parse_period
from tests.builders import assignment_for, make_template, open_workbook, place_of, value_of
from tests.workbooks.template.test_cells import validation_of
from workbooks.cells.cells import CellKind
from workbooks.cells.stamp import figure_name
from workbooks.container.reader import read_workbook
from workbooks.template.workbook import build_template

APRIL, MAY = parse_period("2025-04"), "2025-05"
UNIT = "22813"
GREEN = "FFE2EFDA"


def number(value: int) -> Figure:
    """Return the figure of a cell that held a number."""
    return Figure(CellState.VALUE, Decimal(value), "E1", str(value))


def everything(catalog: Catalog) -> Iterator[PastObservation]:
    """Yield all figures of the form as in April's report, and those of the first village."""
    for indicator in catalog.indicators.values():
        denominator = number(500) if indicator.denominator else None
        yield PastObservation(APRIL, Observation(UNIT, indicator.id, "x", number(123), denominator))
    yield PastObservation(APRIL, Observation(f"{UNIT}-01", "tcnscd_thon", "x", number(1)))
    yield PastObservation(APRIL, Observation(f"{UNIT}-01", "tcnscd_tv", "x", number(4)))


def prefilled(catalog: Catalog, *past: PastObservation) -> bytes:
    """Return the form of May with these figures filled in."""
    task = assignment_for(catalog, UNIT, MAY)
    return build_template(catalog, task.form.id, task.unit, task.period, past)


@pytest.fixture(scope="module")
def form(catalog: Catalog) -> Workbook:
    """Return the form with all known figures filled in."""
    return open_workbook(prefilled(catalog, *everything(catalog)))


def texts(workbook: Workbook, sheet: int = 0) -> str:
    """Return all texts of a sheet."""
    return "\n".join(str(cell.value) for row in workbook.worksheets[sheet].iter_rows() for cell in row if cell.value)


def test_stocks_are_filled_in_and_nothing_else(form: Workbook, catalog: Catalog) -> None:
    """Stocks are filled in; flows and year-to-date figures stay empty."""
    task = assignment_for(catalog, UNIT, MAY)
    for indicator in (catalog.indicators[name] for name in task.layout.indicators if name in task.due):
        over = value_of(form, figure_name(indicator.id, ColumnRole.NUMERATOR))
        assert over == (123 if indicator.flow is Flow.STOCK else None), indicator.id


def test_denominators_of_the_register_stay(form: Workbook) -> None:
    """A denominator of the register is kept, whatever was reported."""
    assert value_of(form, "TH.tcnscd_xa.denominator") == 1


def test_filled_in_cells_are_marked_and_open(form: Workbook) -> None:
    """Filled-in cells are pale green and unlocked, with a hint naming the period; empty ones are as usual."""
    sheet, _, address = place_of(form, "TH.hsskdt.numerator").rpartition("!")
    cell = form[sheet][address]
    assert (cell.fill.fgColor.rgb, cell.protection.locked) == (GREEN, False)
    validation = validation_of(form, "TH.hsskdt.numerator")
    assert validation is not None
    assert "Tháng 4/2025" in str(validation.prompt)
    sheet, _, address = place_of(form, "TH.dvc_toantrinh.numerator").rpartition("!")
    assert form[sheet][address].fill.fgColor.rgb != GREEN


def test_form_and_instructions_explain_the_green(form: Workbook, catalog: Catalog) -> None:
    """Form and instructions explain filled-in cells only where there are any."""
    assert "Ô màu xanh nhạt" in texts(form)
    assert "Ô màu xanh nhạt" in texts(form, 1)
    assert "Ô màu xanh nhạt" in texts(form, 2)
    empty = open_workbook(make_template(catalog, UNIT, MAY))
    assert "xanh nhạt" not in "".join(texts(empty, number) for number in range(3))


def test_villages_are_filled_in(form: Workbook) -> None:
    """Answers are filled in as words of the list, numbers as numbers; unknown villages stay empty."""
    assert value_of(form, "TH.V.1.tcnscd_thon") == "Có"
    assert value_of(form, "TH.V.1.tcnscd_tv") == 4
    assert value_of(form, "TH.V.2.tcnscd_tv") is None


def test_percentages_are_shown_at_once(catalog: Catalog) -> None:
    """Percentages of filled-in figures are stored, for programs that do not calculate."""
    data = prefilled(catalog, *everything(catalog))
    place = place_of(open_workbook(data), "TH.hsskdt.percent").rpartition("!")[2]
    sheet = next(sheet for sheet in read_workbook(data).sheets if sheet.name == "Biểu 01-T")
    cell = next(cell for row in sheet.rows.values() for cell in row if cell.a1 == place)
    assert (cell.kind, cell.raw) == (CellKind.NUMBER, "24.60")


def test_not_applicable_is_prefilled(catalog: Catalog) -> None:
    """A figure that was not applicable is filled in as a mark that the reader recognises."""
    mark = Figure(CellState.NOT_APPLICABLE, None, "E1", "x")
    past = PastObservation(APRIL, Observation(UNIT, "tmdt_sp", "x", mark, number(5)))
    filled = value_of(open_workbook(prefilled(catalog, past)), "TH.tmdt_sp.numerator")
    assert catalog.marks.state_of(str(filled)) is CellState.NOT_APPLICABLE


def test_a_blank_is_nothing_to_fill_in(catalog: Catalog) -> None:
    """A figure that was left blank leaves its cell empty and yellow."""
    blank = Figure(CellState.BLANK, None, "E1", "")
    past = PastObservation(APRIL, Observation(UNIT, "tmdt_sp", "x", blank, number(5)))
    workbook = open_workbook(prefilled(catalog, past))
    assert value_of(workbook, "TH.tmdt_sp.numerator") is None
    assert value_of(workbook, "TH.tmdt_sp.denominator") == 5


def test_excel_shows_every_hint_whole(form: Workbook, catalog: Catalog) -> None:
    """Hints stay within Excel's maximum of 32 and 255 characters, beyond which a file counts as broken."""
    for workbook in (form, open_workbook(make_template(catalog, UNIT, "2025-12"))):
        for sheet in workbook.worksheets:
            for validation in sheet.data_validations.dataValidation:
                assert max(len(validation.promptTitle), len(validation.errorTitle)) <= 32
                assert max(len(validation.prompt), len(validation.error)) <= 255
