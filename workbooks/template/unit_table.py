"""Blank tables of many units: a row for each unit of an area, with code and name, percentages and totals."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from domain.layouts import Column, ColumnRole
from domain.periods import Period
from domain.units import OrgUnit
from workbooks.template.assignment import Assignment, short_date
from workbooks.template.blank import Blank, FormCells
from workbooks.template.inputs import take_numbers
from workbooks.template.page import PagedSheet
from workbooks.template.save import save
from workbooks.template.stamp import write_stamp
from workbooks.template.styles import StyleName, add_styles, figure_look

_HEADER_ROW = 8
FIRST_ROW = _HEADER_ROW + 2
"""The row of the first unit."""
_COUNTS = frozenset({ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR})


def build_unit_table(catalog: Catalog, form: str, area: str, period: Period) -> tuple[str, bytes]:
    """Return the blank table of the units of an area as an .xlsx file with its name; see `make_unit_table`."""
    blank = make_unit_table(catalog, form, area, period)
    return blank.assignment.file_name, save(blank)


def make_unit_table(catalog: Catalog, form: str, area: str, period: Period, *, is_sample: bool = False) -> Blank:
    """Return the blank table of the units of an area that owe a form, before it is saved.

    Args:
        catalog: The catalogue.
        form: A form that an office gives for many units.
        area: The code of a unit above them, a district or province.
        period: One of the form's periods.
        is_sample: Whether the table says that its figures are invented.

    Raises:
        UsageError: the code means no unit then, or no unit there owes the form.
    """
    forms = catalog.forms
    last_day = forms.last_day(form, period)
    top, units = catalog.units.get(area, last_day), catalog.owing_units(form, area, period)
    assignment = Assignment(
        catalog=catalog,
        form=forms.form(form),
        layout=forms.layout_for(form, period),
        unit=top,
        upper=top,
        period=period,
        first_day=forms.calendar_of(form).first_day(period),
        last_day=last_day,
        deadline=forms.deadline(form, period, forms.form(form).level),
        due=frozenset(),
        past={},
    )
    workbook = Workbook()
    add_styles(workbook, has_checks=False)
    workbook.worksheets[0].title = assignment.layout.sheet
    _UnitTableWriter(workbook, assignment, is_sample=is_sample).write(units)
    write_stamp(workbook, assignment, is_sample=is_sample)
    return Blank(assignment, workbook, FormCells(assignment.layout.sheet, {}, {}, "", "", ""), None, None)


class _UnitTableWriter:
    """Writer of the sheet of a table."""

    def __init__(self, workbook: Workbook, assignment: Assignment, *, is_sample: bool) -> None:
        self._assignment, self._columns = assignment, assignment.layout.unit_columns
        self._is_sample = is_sample
        self._page = PagedSheet(workbook.worksheets[0], [column.width for column in self._columns])

    def write(self, units: Sequence[OrgUnit]) -> None:
        """Write heading, rows and totals."""
        self._write_heading()
        first, last = FIRST_ROW, FIRST_ROW - 1 + len(units)
        for row, unit in enumerate(units, first):
            for number, column in enumerate(self._columns, 1):
                self._write(row, number, column, unit, row - first + 1)
        self._limit_inputs(first, last)
        self._write_totals(first, last)
        page, text = self._page, self._assignment.text
        footer = text("form_number", number=self._assignment.form.number)
        page.set_up_print((_HEADER_ROW, _HEADER_ROW + 1), last + 1, footer, text("page"))
        page.sheet.freeze_panes = f"{get_column_letter(self._first_figure)}{first}"
        page.protect()

    @property
    def _first_figure(self) -> int:
        return next(number for number, column in enumerate(self._columns, 1) if column.role in _COUNTS)

    def _write_heading(self) -> None:
        page, assignment, text = self._page, self._assignment, self._assignment.text
        left, last = page.middle, page.last_column
        reporter = assignment.form.reporter
        page.put_across(1, 1, left, reporter.vi.upper() if reporter else "", StyleName.UPPER)
        page.put_across(1, left + 1, last, text("nation"), StyleName.NATION)
        page.put_across(2, 1, left, assignment.unit.name.upper(), StyleName.COMMITTEE)
        page.put_across(2, left + 1, last, text("motto"), StyleName.MOTTO)
        page.put_across(3, 1, left, text("form_number", number=assignment.form.number), StyleName.FORM_NUMBER)
        if self._is_sample:
            page.put_across(4, 1, last, text("sample_note"), StyleName.PARTY)
        page.put_across(5, 1, last, assignment.title, StyleName.TITLE)
        page.put_across(6, 1, last, assignment.period_line, StyleName.SUBTITLE)
        page.put_across(7, 1, last, text("deadline", day=short_date(assignment.deadline)), StyleName.PARTY)
        page.put_headers(_HEADER_ROW, self._columns)

    def _write(self, row: int, number: int, column: Column, unit: OrgUnit, order: int) -> None:
        page = self._page
        match column.role:
            case ColumnRole.ORDER:
                page.put(row, number, order, StyleName.CENTRED)
            case ColumnRole.UNIT_CODE:
                page.put(row, number, unit.code, StyleName.CENTRED).number_format = "@"
            case ColumnRole.UNIT_NAME:
                page.put_fitting(row, number, unit.name, StyleName.LABEL)
            case ColumnRole.PERCENT:
                page.put_formula(row, number, self._percentage(row, column), StyleName.PERCENT)
            case ColumnRole.NOTE:
                page.put(row, number, None, StyleName.TEXT_INPUT)
            case _:
                page.put(row, number, None, figure_look(self._decimals(column)))

    def _write_totals(self, first: int, last: int) -> None:
        """Write the row of totals, which is compared with the rows and never read."""
        row, page = last + 1, self._page
        for number, column in enumerate(self._columns, 1):
            letter = get_column_letter(number)
            if column.role in _COUNTS:
                page.put_formula(row, number, f"=SUM({letter}{first}:{letter}{last})", StyleName.FIXED_FIGURE)
            elif column.role is ColumnRole.PERCENT:
                page.put_formula(row, number, self._percentage(row, column), StyleName.PERCENT)
            else:
                is_name = column.role is ColumnRole.UNIT_NAME
                page.put(row, number, self._assignment.layout.totals[0] if is_name else None, StyleName.CHAPTER)

    def _percentage(self, row: int, column: Column) -> str:
        spots = {
            each.role: f"{get_column_letter(number)}{row}"
            for number, each in enumerate(self._columns, 1)
            if each.indicator == column.indicator
        }
        over, under = spots[ColumnRole.NUMERATOR], spots[ColumnRole.DENOMINATOR]
        return f'=IF(AND(ISNUMBER({over}),ISNUMBER({under}),{under}>0),ROUND(100*{over}/{under},2),"")'

    def _limit_inputs(self, first: int, last: int) -> None:
        for number, column in enumerate(self._columns, 1):
            if column.role in _COUNTS:
                letter = get_column_letter(number)
                cells = [f"{letter}{first}:{letter}{last}"]
                take_numbers(self._page.sheet, cells, self._decimals(column), self._assignment)

    def _decimals(self, column: Column) -> int:
        return self._assignment.catalog.indicators[column.indicator or ""].decimals
