"""Classification of cells by shape: rows that only number the columns, and cells that resemble figures."""

import itertools
import re
from collections.abc import Sequence

from workbooks.cells.cells import Cell, CellKind
from workbooks.numbers.share_text import read_share_text

_MARK = re.compile(r"[(\[]?(?P<mark>[A-Za-z]|\d{1,2})[)\]]?(?:\s*=.*)?")
_FEWEST = 3
_LONGEST_FIGURE = 24
_SIGNS = "-+−–~≈<>(, ."
_KINDS = frozenset({CellKind.NUMBER, CellKind.BOOL, CellKind.ERROR, CellKind.UNCACHED})


def is_column_number_row(cells: Sequence[Cell], *, below_heading: bool) -> bool:
    """Return whether a row numbers the columns by ascending letters from A and numbers: A | B | 1 | 2 | 3=2/1×100.

    Numbers alone ("1 2 3 4") could also be a line of short figures: they count only `below_heading`, and only if
    neither the numbers nor their columns have gaps.
    """
    filled = [cell for cell in cells if not cell.is_empty]
    texts = [str(cell.value).strip() for cell in filled]
    marks = [match["mark"].upper() for text in texts if (match := _MARK.fullmatch(text))]
    if len(marks) < max(_FEWEST, len(texts)):
        return False
    letters = [mark for mark in marks if not mark.isdigit()]
    numbers = [int(mark) for mark in marks if mark.isdigit()]
    if not letters:
        is_unbroken = filled[-1].column - filled[0].column == len(filled) - 1
        return below_heading and is_unbroken and numbers == list(range(1, len(numbers) + 1))
    return marks[0] == "A" and _rises(letters) and _rises(numbers)


def resembles_figure(cell: Cell) -> bool:
    """Return whether a cell holds a number, an answer, a failed formula, a share, or a short text begun by a digit."""
    if cell.kind is not CellKind.TEXT:
        return cell.kind in _KINDS
    # The place and date below the table ("Lâm Sơn, ngày 15 tháng 5 năm 2025") contain digits too.
    text = cell.text.strip()
    is_short = len(text) <= _LONGEST_FIGURE and text.lstrip(_SIGNS)[:1].isdigit()
    return is_short or read_share_text(text, is_count=True) is not None


def _rises(marks: Sequence[str] | Sequence[int]) -> bool:
    return all(mark < following for mark, following in itertools.pairwise(marks))  # type: ignore[operator] # all of one kind
