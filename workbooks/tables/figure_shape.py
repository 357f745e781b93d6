"""Whether a cell looks like a figure, before anyone asks which: what must not be passed over in silence."""

from workbooks.cells.cells import Cell, CellKind
from workbooks.numbers.share_text import read_share_text

_LONGEST_FIGURE = 24
_SIGNS = "-+−–~≈<>(, ."
_KINDS = frozenset({CellKind.NUMBER, CellKind.BOOL, CellKind.ERROR, CellKind.UNCACHED})


def is_like_a_figure(cell: Cell) -> bool:
    """Whether a cell holds a number, what a formula left in its place, a share, or a short text begun like a number."""
    if cell.kind is not CellKind.TEXT:
        return cell.kind in _KINDS
    # A place and date below the table ("Lâm Sơn, ngày 15 tháng 5 năm 2025") holds digits too.
    text = cell.text.strip()
    is_short = len(text) <= _LONGEST_FIGURE and text.lstrip(_SIGNS)[:1].isdigit()
    return is_short or read_share_text(text, is_count=True) is not None
