"""Conditional formats that may show a figure otherwise than it was read: in thousands, as a percentage, not at all."""

from collections.abc import Iterable
from decimal import Decimal

from domain.observations import Figure
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.displayed_numbers import display_number
from workbooks.numbers.figure_cells import parse_figure_cell
from workbooks.numbers.figure_values import ExpectedFigure, cell_as_text


def note_conditional_formats(
    cell: Cell,
    formats: Iterable[str],
    place: FigurePlace,
    expected: ExpectedFigure,
    findings: Findings,
    *,
    figure: Figure,
) -> None:
    """Note the first format under which a cell would not show the figure that was read.

    The condition itself is not evaluated: it may hold on one computer's data and not on another's.
    """
    if cell.kind is not CellKind.NUMBER or figure.number is None:
        return
    for number_format in formats:
        displayed = display_number(Decimal(str(cell.value)), number_format)
        trial = Findings({})
        shown = parse_figure_cell(cell._replace(number_format=number_format), place, expected, trial)
        if shown.number != figure.number or trial.issues or not displayed.text.strip():
            findings.issue("shown_by_condition", place, found=cell_as_text(cell), expected=displayed.text.strip())
            return
