"""Checks of a table's columns: missing, duplicate or merged headings, and figures in columns of words."""

from collections.abc import Collection

from domain.layouts import ColumnRole, Layout
from workbooks.cells.addresses import cell_address, column_letters
from workbooks.cells.cells import Cell, CellKind, Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import FIGURE_ROLES
from workbooks.numbers.number_text import read_number_text
from workbooks.tables.cell_shapes import resembles_figure
from workbooks.tables.label_rows import FormRows
from workbooks.tables.table_header import TableHeader
from workbooks.text.labels import nearest_labels

_NEEDED = (ColumnRole.LABEL, ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR)
_OF_WORDS = (ColumnRole.UNIT, ColumnRole.NOTE)


def check_columns(
    sheet: Sheet, layout: Layout, header: TableHeader, rows: FormRows, findings: Findings, *, is_named: bool
) -> None:
    """Note duplicate headings, headings merged over several columns, and figures in columns of words."""
    if not is_named:
        _note_repeated(sheet, layout, header, findings)
        _note_spans(sheet, layout, header, findings)
    _note_misplaced(sheet, layout, header, rows, findings)


def note_missing_columns(
    sheet: Sheet,
    layout: Layout,
    header: TableHeader | None,
    missing_roles: Collection[ColumnRole],
    findings: Findings,
    *,
    is_named: bool,
) -> None:
    """Note missing columns: all essential ones on a form without defined names, else those of `missing_roles`."""
    for column in layout.columns:
        is_found = header is not None and header.column(column.role) is not None
        is_needed = column.role in _NEEDED if not is_named else column.role in missing_roles
        if column.role is ColumnRole.LABEL and header is not None and header.column(ColumnRole.CODE) is not None:
            continue
        if not is_found and is_needed:
            near = nearest_labels(column.header, header.others.values()) if header is not None else ()
            place = FigurePlace(sheet.name, cell_address(header.top, 1) if header is not None else "")
            findings.issue("column_missing", place, expected=column.header, candidates="; ".join(near))


def note_changed_headings(
    sheet: Sheet, layout: Layout, header: TableHeader, pointed: Collection[tuple[ColumnRole, int]], findings: Findings
) -> None:
    """Note headings that were overwritten while defined names still refer to their columns; the names are followed."""
    for column in layout.columns:
        for number in sorted({number for role, number in pointed if role is column.role}):
            if header.column(column.role) is None and number in header.others:
                place = FigurePlace(sheet.name, cell_address(header.bottom, number))
                findings.issue("heading_changed", place, found=header.others[number], expected=column.header)


def _note_repeated(sheet: Sheet, layout: Layout, header: TableHeader, findings: Findings) -> None:
    for column in layout.columns:
        for key, cells in header.repeated.items():
            if key.role is column.role and column.role in FIGURE_ROLES:
                findings.issue("column_twice", FigurePlace(sheet.name, cells[0]), found=column.header)


def _note_spans(sheet: Sheet, layout: Layout, header: TableHeader, findings: Findings) -> None:
    """Note a heading of figures merged over several columns, unless all figures are in the first."""
    for column in layout.columns:
        own, span = header.column(column.role), header.span(column.role)
        if column.role not in FIGURE_ROLES or len(span) < 2:
            continue
        beside = next(
            (
                cell
                for row, cells in sheet.rows.items()
                for cell in cells
                if row > header.bottom and cell.column in span and cell.column != own and resembles_figure(cell)
            ),
            None,
        )
        if beside is not None:
            columns = f"{column_letters(span[0])}:{column_letters(span[-1])}"
            findings.issue("heading_spans", FigurePlace(sheet.name, beside.a1), found=column.header, columns=columns)


def _note_misplaced(sheet: Sheet, layout: Layout, header: TableHeader, rows: FormRows, findings: Findings) -> None:
    """Note numbers in columns of words, where figures end up if cells were moved sideways."""
    for role in _OF_WORDS:
        number = header.column(role)
        heading = next((column.header for column in layout.columns if column.role is role), "")
        for indicator, row in rows.rows.items():
            cell = sheet.at(row, number) if number is not None else None
            if cell is not None and _is_number(cell):
                label = next((line.label for line in layout.lines if line.indicator == indicator), "")
                place = FigurePlace(sheet.name, cell.a1, label, indicator)
                is_lost = role is ColumnRole.UNIT or _is_blank(sheet, row, header.column(ColumnRole.NUMERATOR))
                code = "figure_misplaced" if is_lost else "figure_in_notes"
                findings.issue(code, place, found=cell.raw.strip(), expected=heading)


def _is_number(cell: Cell) -> bool:
    """Return whether a cell holds just a number; a percentage among words is a remark."""
    if cell.kind is CellKind.NUMBER:
        return True
    read = read_number_text(cell.text, is_count=True) if cell.text else None
    return read is not None and not read.is_percent


def _is_blank(sheet: Sheet, row: int, column: int | None) -> bool:
    cell = sheet.at(row, column) if column is not None else None
    return cell is None or cell.is_empty
