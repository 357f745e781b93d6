"""Location of the village table: its rows, and the columns of code, name and figures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.layouts import Column, ColumnRole, Layout
from workbooks.cells.addresses import LAST_ROW, cell_address, parse_reference
from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import VillageCellName, parse_name
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT
from workbooks.tables.label_texts import text_at
from workbooks.tables.table_header import TableHeader, find_header, is_transposed
from workbooks.tables.table_scope import TableScope, end_row, note_tables_above, note_unread_columns
from workbooks.tables.village_register import VillageRegister
from workbooks.text.labels import nearest_labels


@dataclass(frozen=True, slots=True)
class VillageTable:
    """Position of the village table: rows between `above` and `end`, columns of code, name and each indicator."""

    above: int
    end: int
    code: int | None
    name: int | None
    figures: Mapping[str, int]


def locate_villages(
    workbook: Workbook, sheet: Sheet, layout: Layout, register: VillageRegister, findings: Findings
) -> VillageTable | None:
    """Locate the columns of the village table by defined names, or else by headings; None with an issue otherwise."""
    named = _named_columns(workbook, sheet)
    header = find_header(sheet, layout.village_columns)
    if header is None and not named:
        expected = ", ".join(column.header for column in layout.village_columns if column.role is ColumnRole.FIGURE)
        code = "table_transposed" if is_transposed(sheet, layout.village_columns) else "header_missing"
        findings.issue(code, FigurePlace(sheet.name, ""), expected=expected)
        return None
    figures = dict(_figure_columns(sheet, layout, named, header, findings))
    above = header.bottom if header is not None else _first_named_row(workbook, sheet) - 1
    other = find_header(sheet, layout.columns)
    table = VillageTable(
        above,
        end_row(header, other) if header is not None else LAST_ROW + 1,
        named.get(ColumnRole.VILLAGE_CODE.value) or (header.column(ColumnRole.VILLAGE_CODE) if header else None),
        named.get(ColumnRole.VILLAGE_NAME.value) or (header.column(ColumnRole.VILLAGE_NAME) if header else None),
        figures,
    )
    if header is not None:
        # The last village is not known before the rows are read: words in extra columns count in every row.
        body = range(header.bottom + 1, table.end)
        note_unread_columns(
            sheet, TableScope(header, {*header.columns.values(), *named.values()}, body, other), findings
        )
        note_tables_above(sheet, header, register.knows, findings)
    return table


def note_unregistered(sheet: Sheet, layout: Layout, findings: Findings) -> None:
    """Note that villages were filled in for a unit without registered villages, so that they cannot be identified."""
    header = find_header(sheet, layout.village_columns)
    if header is None:
        return
    columns = {number for key, number in header.columns.items() if key.role is ColumnRole.FIGURE}
    for row, cells in sheet.rows.items():
        is_near = row - header.bottom < HEADING_HEIGHT
        filled = [cell for cell in cells if cell.column in columns and resembles_figure(cell)]
        if row > header.bottom and filled and not is_column_number_row(header.own(cells), below_heading=is_near):
            findings.issue("villages_not_registered", FigurePlace(sheet.name, filled[0].a1))
            return


def _figure_columns(
    sheet: Sheet, layout: Layout, named: Mapping[str, int], header: TableHeader | None, findings: Findings
) -> Iterator[tuple[str, int]]:
    """Yield the column of each indicator; note missing and duplicate columns and those with another heading."""
    for column in layout.village_columns:
        if column.indicator is None:
            continue
        headed = header.column(ColumnRole.FIGURE, column.indicator) if header else None
        number = named.get(column.indicator, headed)
        place = FigurePlace(sheet.name, "", column.header, column.indicator)
        if number is None:
            near = nearest_labels(column.header, header.others.values()) if header else ()
            findings.issue("column_missing", place, expected=column.header, candidates="; ".join(near))
            continue
        if header is not None:
            _check_heading(sheet, column, number, header, findings, is_named=column.indicator in named)
        yield column.indicator, number


def _check_heading(
    sheet: Sheet, column: Column, number: int, header: TableHeader, findings: Findings, *, is_named: bool
) -> None:
    headed = header.column(column.role, column.indicator)
    above = next((key for key, column_number in header.columns.items() if column_number == number), None)
    if headed not in {None, number} or (above is not None and above.indicator != column.indicator):
        address = cell_address(header.bottom, number)
        heading = text_at(sheet, header.bottom, number) or text_at(sheet, header.top, number)
        place = FigurePlace(sheet.name, address, column.header, column.indicator)
        findings.issue("label_disagrees", place, found=heading, expected=column.header)
    elif headed is None and number in header.others:
        place = FigurePlace(sheet.name, cell_address(header.bottom, number), column.header, column.indicator)
        findings.issue("heading_changed", place, found=header.others[number], expected=column.header)
    for key, cells in header.repeated.items():
        if key.role is column.role and key.indicator == column.indicator and not is_named:
            findings.issue("column_twice", FigurePlace(sheet.name, cells[0]), found=column.header)


def _named_spots(workbook: Workbook, sheet: Sheet) -> Iterator[tuple[str, int, int]]:
    for name, text in workbook.names.items():
        what, reference = parse_name(name), parse_reference(text)
        if isinstance(what, VillageCellName) and reference is not None and reference.sheet == sheet.name:
            yield what.what, reference.row, reference.column


def _named_columns(workbook: Workbook, sheet: Sheet) -> Mapping[str, int]:
    """Return the column that all names of one kind refer to; names that refer to several columns are ignored."""
    columns: dict[str, set[int]] = defaultdict(set)
    for what, _, column in _named_spots(workbook, sheet):
        columns[what].add(column)
    return {what: next(iter(numbers)) for what, numbers in columns.items() if len(numbers) == 1}


def _first_named_row(workbook: Workbook, sheet: Sheet) -> int:
    return min(row for _, row, _ in _named_spots(workbook, sheet))
