"""The row under a heading that only numbers the columns: A | B | C | 1 | 2 | 3=2/1×100."""

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
    """Whether a row numbers columns: from A on by letters, from 1 on by numbers, both running upwards.

    Numbers alone ("1 2 3 4") are also what a line of short figures looks like: these count only `below_heading`, and
    only without a gap, neither between the numbers nor between their columns.
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
    """Whether a cell holds a number, what a formula left in its place, a share, or a short text begun like a number."""
    if cell.kind is not CellKind.TEXT:
        return cell.kind in _KINDS
    # A place and date below the table ("Lâm Sơn, ngày 15 tháng 5 năm 2025") holds digits too.
    text = cell.text.strip()
    is_short = len(text) <= _LONGEST_FIGURE and text.lstrip(_SIGNS)[:1].isdigit()
    return is_short or read_share_text(text, is_count=True) is not None


def _rises(marks: Sequence[str] | Sequence[int]) -> bool:
    return all(item < other for item, other in itertools.pairwise(marks))  # type: ignore[operator] # all of one kind
