"""Cells by which a form judges itself: they are no part of a report."""

from collections.abc import Iterator
from dataclasses import replace

from domain.catalog.catalog import Catalog
from workbooks.cells.addresses import LAST_COLUMN, LAST_ROW, CellRange, parse_range
from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.stamp import CHECKS_SHEET, is_checks_name


def without_checks(workbook: Workbook, catalog: Catalog) -> Workbook:
    """Return a workbook without the formulas that show what a form says of itself, and without their sheet.

    Defined names tell the cells, and where a sheet was copied without them the heading of the column does. What someone
    typed in their place stays, and is read as any cell.
    """
    named = list(_named(workbook))
    header = catalog.texts.text("workbooks.checks_header", "vi")
    sheets = []
    for sheet in workbook.sheets:
        ranges = [cells for name, cells in named if name == sheet.name] or list(_headed(sheet, header))
        if sheet.name != CHECKS_SHEET or not named:
            sheets.append(_without(sheet, ranges) if ranges else sheet)
    return replace(workbook, sheets=tuple(sheets))


def _named(workbook: Workbook) -> Iterator[tuple[str, CellRange]]:
    for name, reference in workbook.names.items():
        sheet, _, cells = reference.rpartition("!")
        place = parse_range(cells) if is_checks_name(name) else None
        if place is not None:
            yield sheet.strip("'").replace("''", "'"), place


def _headed(sheet: Sheet, header: str) -> Iterator[CellRange]:
    """Yield the column under the heading, and the row above it."""
    for cell in sheet.cells.values():
        if cell.value == header:
            yield CellRange(cell.row, cell.column, LAST_ROW, cell.column)
            yield CellRange(cell.row - 1, 1, cell.row - 1, LAST_COLUMN)


def _without(sheet: Sheet, ranges: list[CellRange]) -> Sheet:
    kept = {
        address: cell
        for address, cell in sheet.cells.items()
        if not (cell.has_formula and any(cells.covers(cell.row, cell.column) for cells in ranges))
    }
    return replace(sheet, contents=replace(sheet.contents, cells=kept))
