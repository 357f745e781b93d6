"""Parsing of a figure's cell into a number, zero, blank or not applicable, with repairs and issues."""

from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.dates import likely_typed
from workbooks.numbers.figure_values import ExpectedFigure, cell_as_text, refuse_figure
from workbooks.numbers.number_cells import parse_number_cell
from workbooks.numbers.text_cells import parse_text_cell

_NO_NUMBER = {
    CellKind.ERROR: "error_value",
    CellKind.UNCACHED: "formula_without_value",
    CellKind.BOOL: "text_where_number",
}


def parse_figure_cell(cell: Cell | None, place: FigurePlace, expected: ExpectedFigure, findings: Findings) -> Figure:
    """Return the figure of an input cell; an `unreadable` one, with an issue noted, if the content is no figure."""
    if cell is None or cell.is_empty:
        return Figure(CellState.BLANK, None, place.cell, "")
    if cell.kind is CellKind.NUMBER:
        return parse_number_cell(cell, place, expected, findings)
    if cell.kind is CellKind.TEXT:
        return parse_text_cell(cell, place, expected, findings)
    if cell.kind is CellKind.DATE:
        return refuse_figure("date_where_number", place, cell_as_text(cell), findings, likely=likely_typed(cell))
    return refuse_figure(_NO_NUMBER[cell.kind], place, cell_as_text(cell), findings, expected.example)
