"""Detection of figures that are struck through or not visible, which were not reported deliberately."""

from decimal import Decimal

from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.displayed_numbers import display_number, display_text
from workbooks.numbers.figure_values import cell_as_text


def note_hidden_content(cell: Cell, place: FigurePlace, findings: Findings) -> None:
    """Note a figure that is struck through or not visible; a hidden zero ("#,##0;-#,##0;") is a lesser issue."""
    if cell.is_struck:
        findings.issue("struck_figure", place, found=cell_as_text(cell))
    if _is_visible(cell):
        return
    is_zero = isinstance(cell.value, Decimal) and not cell.value
    findings.issue("zero_not_shown" if is_zero else "unseen_figure", place, found=cell_as_text(cell))


def _is_visible(cell: Cell) -> bool:
    if cell.is_blended:
        return False
    match cell.value:
        case Decimal() as number:
            displayed = display_number(number, cell.number_format)
            return displayed.is_date or displayed.is_fraction or bool(displayed.text.strip())
        case str() as text:
            return bool(display_text(text, cell.number_format).strip())
        case _:
            return True
