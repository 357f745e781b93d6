"""Extent of a table on a sheet with several tables, and unread columns next to it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbooks.cells.addresses import LAST_ROW, cell_address, column_letters
from workbooks.cells.cells import Cell, Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT
from workbooks.tables.table_header import TableHeader


@dataclass(frozen=True, slots=True)
class TableScope:
    """Scope of a table among others on its sheet.

    `claimed` are the columns that are read. `body` are the rows from the heading to the last line; below it words are
    notes, and only figures matter. Cells of the `other` kind of table on the sheet are read with that table.
    """

    header: TableHeader
    claimed: Collection[int]
    body: range
    other: TableHeader | None


def end_row(header: TableHeader, other: TableHeader | None) -> int:
    """Return the first row after a table: where another kind of table begins below it, else beyond the sheet."""
    if other is None or other.top <= header.bottom or not _overlap(header, other):
        return LAST_ROW + 1
    return other.top


def note_unread_columns(sheet: Sheet, table: TableScope, findings: Findings) -> None:
    """Note columns with figures that are not read; under a heading of their own, words count as well."""
    others = table.header.others
    first_cells: dict[int, Cell] = {}
    for cell in _beside(sheet, table):
        is_extra = cell.column in others and cell.row in table.body and not cell.is_empty
        if is_extra or resembles_figure(cell):
            first_cells.setdefault(cell.column, cell)
    for cells in _adjacent_groups([first_cells[column] for column in sorted(first_cells)]):
        headings = (others.get(cell.column) or column_letters(cell.column) for cell in cells)
        first = cells[0]
        row = table.header.bottom if first.column in others else first.row
        place = FigurePlace(sheet.name, cell_address(row, first.column))
        findings.issue("column_ignored", place, found="; ".join(headings))


def note_tables_above(sheet: Sheet, header: TableHeader, is_own: Callable[[str], bool], findings: Findings) -> None:
    """Note a table with figures above the one that is read: a duplicate table if it has lines of the form."""
    columns = set(header.columns.values())
    for top in header.earlier:
        rows = [sheet.rows.get(row, ()) for row in range(top + 1, header.top)]
        filled = [cells for cells in rows if any(cell.column in columns and resembles_figure(cell) for cell in cells)]
        address, read_address = sheet.rows[top][0].a1, cell_address(header.top, min(columns))
        if any(cell.text and is_own(cell.text) for cells in filled for cell in cells):
            findings.issue("table_twice", FigurePlace(sheet.name, address), found=read_address, expected=address)
        elif filled:
            findings.issue("table_ignored", FigurePlace(sheet.name, address), expected=read_address)


def _beside(sheet: Sheet, table: TableScope) -> Iterator[Cell]:
    header, other = table.header, table.other
    for row, cells in sheet.rows.items():
        is_near = row - header.bottom < HEADING_HEIGHT
        if row <= header.bottom or is_column_number_row(header.own(cells), below_heading=is_near):
            continue
        for cell in cells:
            if cell.column not in table.claimed and not (other is not None and _holds(other, cell)):
                yield cell


def _adjacent_groups(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    for _, group in groupby(enumerate(cells), key=lambda pair: pair[1].column - pair[0]):
        yield [cell for _, cell in group]


def _holds(table: TableHeader, cell: Cell) -> bool:
    columns = table.columns.values()
    return cell.row >= table.top and min(columns) <= cell.column <= max(columns)


def _overlap(header: TableHeader, other: TableHeader) -> bool:
    columns, other_columns = header.columns.values(), other.columns.values()
    return max(min(columns), min(other_columns)) <= min(max(columns), max(other_columns))
