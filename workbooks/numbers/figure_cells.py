"""A figure's cell becomes a number, zero, blank or not applicable; tolerances are recorded, doubts are issues."""

from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.dates import likely_typed
from workbooks.numbers.figure_values import Expected, refuse, shown
from workbooks.numbers.number_cells import parse_shown
from workbooks.numbers.text_cells import parse_typed

_NO_NUMBER = {
    CellKind.ERROR: "error_value",
    CellKind.UNCACHED: "formula_without_value",
    CellKind.BOOL: "text_where_number",
}


def parse_number(cell: Cell | None, place: FigurePlace, expected: Expected, findings: Findings) -> Figure:
    """The figure of an input cell.

    Whatever cannot be read comes back as `unreadable`, with an issue noted.
    """
    if cell is None or cell.is_empty:
        return Figure(CellState.BLANK, None, place.cell, "")
    if cell.kind is CellKind.NUMBER:
        return parse_shown(cell, place, expected, findings)
    if cell.kind is CellKind.TEXT:
        return parse_typed(cell, place, expected, findings)
    if cell.kind is CellKind.DATE:
        return refuse("date_where_number", place, shown(cell), findings, likely=likely_typed(cell))
    return refuse(_NO_NUMBER[cell.kind], place, shown(cell), findings, expected.example)
