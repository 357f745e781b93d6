"""Village sheet of a template: the registered villages, or blank lines to name them where none are registered.

Figures of unregistered villages would be refused, so they are requested only where villages are registered.
"""

from collections.abc import Mapping, Sequence

from openpyxl.worksheet.worksheet import Worksheet

from domain.layouts import Column, ColumnRole, Input
from domain.periods import Period
from domain.units import OrgUnit
from workbooks.template.assignment import Assignment, PastEntry, name_in_sentence
from workbooks.template.blank import VillageCells
from workbooks.template.inputs import take_numbers, take_yes_or_no
from workbooks.template.page import PagedSheet
from workbooks.template.styles import StyleName, figure_look

HEADER_ROW = 7
EMPTY_LINES = 30
"""Blank lines where no villages are registered; most communes after mid-2025 have fewer villages."""


def write_village_sheet(sheet: Worksheet, assignment: Assignment, sample_note: str | None) -> VillageCells:
    """Fill the village sheet; `sample_note` is the line that labels invented data."""
    columns = assignment.layout.village_columns
    page = PagedSheet(sheet, [column.width for column in columns])
    villages = assignment.catalog.units.villages(assignment.unit, assignment.last_day)
    _write_heading(page, assignment, columns, is_registered=bool(villages))
    lines = [
        _write_line(page, HEADER_ROW + 2 + place, place + 1, village, assignment)
        for place, village in enumerate(villages or [None] * EMPTY_LINES)
    ]
    if villages:
        _limit_inputs(sheet, columns, lines, assignment)
    last_row = HEADER_ROW + 1 + len(lines)
    if sample_note is not None:
        last_row += 1
        page.put_across(last_row, 1, page.last_column, sample_note, StyleName.FOOTNOTE)
    footer = assignment.text("form_number", number=assignment.form.number)
    page.set_up_print((HEADER_ROW, HEADER_ROW + 1), last_row, sample_note or footer, assignment.text("page"))
    sheet.freeze_panes = f"A{HEADER_ROW + 2}"
    page.protect()
    return VillageCells(sheet.title, tuple(lines), registered=bool(villages))


def _write_heading(page: PagedSheet, assignment: Assignment, columns: Sequence[Column], *, is_registered: bool) -> None:
    last, text = page.last_column, assignment.text
    committee = text("committee", unit=name_in_sentence(assignment.unit))
    page.put_across(1, 1, last, committee.upper(), StyleName.COMMITTEE)
    page.put_across(2, 1, last, text("village_title"), StyleName.TITLE)
    page.put_across(3, 1, last, text("village_attached", number=assignment.form.number), StyleName.SUBTITLE)
    page.put_across(4, 1, last, assignment.period_line, StyleName.SUBTITLE)
    if not is_registered:
        page.put_across(5, 1, last, text("village_unregistered"), StyleName.FOOTNOTE)
    elif any(_filled_from(column, assignment) for column in columns):
        page.put_across(5, 1, last, text("foot_prefilled"), StyleName.FOOTNOTE)
    page.sheet.row_dimensions[HEADER_ROW - 1].height = 8
    page.put_headers(HEADER_ROW, columns)


def _write_line(
    page: PagedSheet, row: int, order: int, village: OrgUnit | None, assignment: Assignment
) -> Mapping[str, str]:
    """Write a line; return its addresses by indicator id, `village_code` or `village_name`."""
    cells: dict[str, str] = {}
    for number, column in enumerate(assignment.layout.village_columns, 1):
        match column.role:
            case ColumnRole.ORDER:
                page.put(row, number, order, StyleName.CENTRED)
            case ColumnRole.VILLAGE_CODE:
                look = StyleName.CENTRED if village else StyleName.TEXT_INPUT
                cell = page.put(row, number, village.code if village else None, look)
                cells[ColumnRole.VILLAGE_CODE.value] = cell.coordinate
            case ColumnRole.VILLAGE_NAME:
                look = StyleName.LABEL if village else StyleName.TEXT_INPUT
                cell = page.put_fitting(row, number, village.name if village else "", look)
                cells[ColumnRole.VILLAGE_NAME.value] = cell.coordinate
            case ColumnRole.FIGURE if village is not None and column.indicator in assignment.due:
                past = assignment.past_entry(village.code, column.indicator or "", ColumnRole.NUMERATOR)
                look, value = _figure(column, past, assignment)
                cells[column.indicator or ""] = page.put(row, number, value, look).coordinate
            case ColumnRole.FIGURE:
                page.put(row, number, None, StyleName.NOT_DUE)
            case _:
                page.put(row, number, None, StyleName.TEXT_INPUT)
    return cells


def _figure(
    column: Column, past: PastEntry | None, assignment: Assignment
) -> tuple[StyleName, int | float | str | None]:
    """Return the style of a figure cell and the value filled in there."""
    value = past.value if past else None
    if column.input is not Input.YES_NO:
        return figure_look(_decimals(column, assignment), is_filled=past is not None), value
    if isinstance(value, int):
        value = assignment.text("yes" if value else "no")
    return StyleName.PREFILLED_CHOICE if past else StyleName.CHOICE, value


def _decimals(column: Column, assignment: Assignment) -> int:
    return assignment.catalog.indicators[column.indicator].decimals if column.indicator else 0


def _limit_inputs(
    sheet: Worksheet, columns: Sequence[Column], lines: Sequence[Mapping[str, str]], assignment: Assignment
) -> None:
    for column in columns:
        if column.indicator is None or column.indicator not in assignment.due:
            continue
        # One range from first to last line: some programs truncate a list of single cells.
        block = [f"{lines[0][column.indicator]}:{lines[-1][column.indicator]}"]
        filled_from = _filled_from(column, assignment)
        if column.input is Input.YES_NO:
            take_yes_or_no(sheet, block, assignment, filled_from)
        else:
            take_numbers(sheet, block, _decimals(column, assignment), assignment, filled_from)


def _filled_from(column: Column, assignment: Assignment) -> Period | None:
    """Return the newest period of the values filled in in a column."""
    villages = assignment.catalog.units.villages(assignment.unit, assignment.last_day)
    known = (assignment.past.get((village.code, column.indicator or "")) for village in villages)
    return max((item.period for item in known if item is not None), default=None)
