"""Position and size of note boxes: beside the cell, wide enough for the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from workbooks.cells.addresses import LAST_COLUMN, LAST_ROW
from workbooks.marking.note_shapes import Box
from workbooks.marking.tags import SheetMarkup

_WIDTH = 320
_LINE_LETTERS = 52
_LINE_HEIGHT = 15
_LEAST_LINES = 4
_GAP = 12
_DEFAULT_COLUMN = 64
_DEFAULT_ROW = 20
_PIXELS_PER_LETTER = 7
_PADDING = 5
_POINTS_PER_PIXEL = 0.75


@dataclass(frozen=True)
class Grid:
    """Column widths and row heights of a sheet, in pixels."""

    columns: Mapping[int, int]
    rows: Mapping[int, int]
    column: int = _DEFAULT_COLUMN
    row: int = _DEFAULT_ROW

    def column_width(self, number: int) -> int:
        """Return the width of a column."""
        return self.columns.get(number, self.column)

    def row_height(self, number: int) -> int:
        """Return the height of a row."""
        return self.rows.get(number, self.row)


def grid_of(markup: SheetMarkup, heights: Mapping[int, float]) -> Grid:
    """Return the grid of a sheet; `heights` are explicit row heights, in points."""
    columns: dict[int, int] = {}
    for tag in markup.tags("col", 0, markup.cells_begin):
        low, high = _whole(tag.get("min")), min(_whole(tag.get("max")), 512)
        width = 0 if tag.get("hidden") in {"1", "true"} else _pixels(tag.get("width"))
        columns.update(dict.fromkeys(range(low, high + 1), width))
    rows = {number: round(height / _POINTS_PER_PIXEL) for number, height in heights.items()}
    return Grid(columns, rows)


def box_of(grid: Grid, cell: str, place: tuple[int, int], text: str) -> Box:
    """Return the box of a note on a cell (address, and row and column), sized for its text."""
    row, column = place
    lines = sum(1 + len(line) // _LINE_LETTERS for line in text.splitlines())
    height = max(_LEAST_LINES, lines + 1) * _LINE_HEIGHT
    first = max(1, row - 1)
    right, right_rest = _reach(grid.column_width, column + 1, _GAP + _WIDTH, LAST_COLUMN)
    bottom, bottom_rest = _reach(grid.row_height, first, _GAP + height, LAST_ROW)
    left = sum(grid.column_width(number) for number in range(1, column + 1)) + _GAP
    top = sum(grid.row_height(number) for number in range(1, first)) + _GAP
    return Box(
        cell,
        left=left * _POINTS_PER_PIXEL,
        top=top * _POINTS_PER_PIXEL,
        width=_WIDTH * _POINTS_PER_PIXEL,
        height=height * _POINTS_PER_PIXEL,
        anchor=(column, _GAP, first - 1, _GAP, right - 1, right_rest, bottom - 1, bottom_rest),
    )


def _reach(size: Callable[[int], int], start: int, pixels: int, last: int) -> tuple[int, int]:
    """Return the row or column that lies `pixels` after the beginning of `start`, and the offset within it."""
    for number in count(start):
        if pixels <= size(number) or number >= last:
            return number, pixels
        pixels -= size(number)
    raise AssertionError


def _pixels(width: str) -> int:
    try:
        return round(float(width) * _PIXELS_PER_LETTER + _PADDING)
    except ValueError:
        return _DEFAULT_COLUMN


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 1
