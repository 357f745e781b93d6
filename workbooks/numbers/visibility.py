"""Whether people see what a figure's cell holds: what its format hides, or is crossed out, is no figure anyone gave."""

from decimal import Decimal

from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.displayed_numbers import display_number, display_text
from workbooks.numbers.figure_values import cell_as_text


def note_hidden_content(cell: Cell, place: FigurePlace, findings: Findings) -> None:
    """Note a figure that was crossed out or that nobody sees; a hidden zero ("#,##0;-#,##0;") is only asked about."""
    if cell.is_struck:
        findings.issue("struck_figure", place, found=cell_as_text(cell))
    if _is_seen(cell):
        return
    is_zero = isinstance(cell.value, Decimal) and not cell.value
    findings.issue("zero_not_shown" if is_zero else "unseen_figure", place, found=cell_as_text(cell))


def _is_seen(cell: Cell) -> bool:
    if cell.is_blended:
        return False
    match cell.value:
        case Decimal() as number:
            look = display_number(number, cell.number_format)
            return look.is_date or look.is_fraction or bool(look.text.strip())
        case str() as text:
            return bool(display_text(text, cell.number_format).strip())
        case _:
            return True
