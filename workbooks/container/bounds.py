"""Bounds on the cells of a sheet: within the limits, and each address only once."""

from collections.abc import Iterable

from workbooks.cells.cells import Cell, Sheet, SheetContents
from workbooks.cells.guards import Limits, refusal

_STRAYS_KEPT = 20


def bounded(sheets: Iterable[Sheet], limits: Limits) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook, those refused with which it would hold more cells than the limits allow."""
    kept: list[Sheet] = []
    for sheet in sheets:
        if sum(len(other.cells) for other in kept) + len(sheet.cells) > limits.cells:
            refused = refusal("too_many_cells", sheet=sheet.name, limit=limits.cells).issue
            kept.append(Sheet(sheet.name, sheet.state, SheetContents(), refused))
        else:
            kept.append(sheet)
    return tuple(kept)


def keep_cell(cell: Cell, contents: SheetContents, limits: Limits, sheet: str) -> None:
    """Add a cell to the contents of its sheet; beyond the bounds, spaces are only recorded as strays.

    Raises:
        RefusedError: the cell is too long, out of bounds, a duplicate, or exceeds the number of cells.
    """
    if len(cell.raw) > limits.text_length:
        raise refusal("text_too_long", length=len(cell.raw), limit=limits.text_length)
    if cell.row > limits.rows or cell.column > limits.columns:
        if not cell.is_empty:
            raise refusal("content_out_of_bounds", sheet=sheet, cell=cell.a1, content=cell.raw[:40])
        if len(contents.strays) < _STRAYS_KEPT:
            contents.strays.append(cell.a1)
        return
    cells = contents.cells
    if cell.a1 in cells:
        raise refusal("duplicate_cell", sheet=sheet, cell=cell.a1)
    if len(cells) >= limits.cells:
        raise refusal("too_many_cells", sheet=sheet, limit=limits.cells)
    cells[cell.a1] = cell
