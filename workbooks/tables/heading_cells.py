"""Recognition of cells that hold a column's heading, apart from group titles and data cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.layouts import Column, ColumnRole
from workbooks.cells.cells import Cell, Sheet
from workbooks.text.labels import normalise_label

HEADING_HEIGHT = 3
"""Most rows of a heading: "Tỷ lệ %" merged over two rows, "Tổng số" under a group title."""


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """Key of a layout's column: its role and, for figures of the village sheet, its indicator."""

    role: ColumnRole
    indicator: str | None = None


def key_of(column: Column) -> ColumnKey:
    """Return the key of a layout's column."""
    return ColumnKey(column.role, column.indicator)


class HeaderCell(NamedTuple):
    """A cell with the heading of a column, and the first and last column it is merged over (equal if it is not)."""

    cell: Cell
    key: ColumnKey
    first: int
    last: int

    @property
    def is_wide(self) -> bool:
        """Return whether the cell is merged over several columns."""
        return self.last > self.first

    def covers(self, column: int) -> bool:
        """Return whether the cell extends over a column."""
        return self.first <= column <= self.last


HeaderCells = Mapping[int, Sequence[HeaderCell]]
"""Header cells by row."""


def find_header_cells(sheet: Sheet, columns: Sequence[Column]) -> HeaderCells:
    """Return every cell of a sheet whose text is the heading of one of these columns."""
    known = {normalise_label(name): key_of(column) for column in columns for name in (column.header, *column.aliases)}
    results: dict[int, list[HeaderCell]] = {}
    for row, cells in sheet.rows.items():
        for cell in cells:
            text = cell.text
            key = known.get(normalise_label(text)) if text else None
            if key is not None:
                results.setdefault(row, []).append(_header_cell(sheet, cell, key))
    return results


def heading_at(header_cells: HeaderCells, row: int) -> tuple[HeaderCell, ...]:
    """Return the header cells of the heading that begins in a row, without group titles and data cells below."""
    window = [
        header_cell for number in range(row, row + HEADING_HEIGHT) for header_cell in header_cells.get(number, ())
    ]
    kept: list[HeaderCell] = []
    for header_cell in window:
        below = [
            other for other in window if other.cell.row > header_cell.cell.row and header_cell.covers(other.cell.column)
        ]
        # "Kết quả" over "Tổng số" and "Thực hiện" is a group title; a line "Tổng số" under "Nội dung" is data.
        is_title = any(header_cell.is_wide or len(header_cells[other.cell.row]) > 1 for other in below)
        is_data = any(above.covers(header_cell.cell.column) for above in kept if above.cell.row < header_cell.cell.row)
        if not is_title and not is_data:
            kept.append(header_cell)
    return tuple(kept)


def _header_cell(sheet: Sheet, cell: Cell, key: ColumnKey) -> HeaderCell:
    merged = sheet.merge_around(cell.row, cell.column)
    return HeaderCell(cell, key, merged.left if merged else cell.column, merged.right if merged else cell.column)
