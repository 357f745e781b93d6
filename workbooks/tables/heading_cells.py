"""Cells that hold a column's heading, row by row; titles over a group of columns and cells of the data are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.layouts import Column, ColumnRole
from workbooks.cells.cells import Cell, Sheet
from workbooks.text.labels import normalise_label

HEADING_HEIGHT = 3
"""How many rows a heading may take: "Tỷ lệ %" merged over two, "Tổng số" under a common title."""


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """Which column of a layout: its role and, for figures of the village sheet, its indicator."""

    role: ColumnRole
    indicator: str | None = None


def key_of(column: Column) -> ColumnKey:
    """The key of a layout's column."""
    return ColumnKey(column.role, column.indicator)


class HeaderCell(NamedTuple):
    """A cell that reads as the heading of a column, and the columns that it is merged over (one where it is not)."""

    cell: Cell
    key: ColumnKey
    first: int
    last: int

    @property
    def is_wide(self) -> bool:
        """Whether the cell is merged over several columns."""
        return self.last > self.first

    def covers(self, column: int) -> bool:
        """Whether the cell stands over a column."""
        return self.first <= column <= self.last


HeaderCells = Mapping[int, Sequence[HeaderCell]]
"""Hits by row."""


def find_header_cells(sheet: Sheet, columns: Sequence[Column]) -> HeaderCells:
    """Every cell of a sheet that reads as one of these columns' headings."""
    known = {normalise_label(name): key_of(column) for column in columns for name in (column.header, *column.aliases)}
    results: dict[int, list[HeaderCell]] = {}
    for row, cells in sheet.rows.items():
        for cell in cells:
            key = known.get(normalise_label(cell.text)) if cell.text else None
            if key is not None:
                results.setdefault(row, []).append(_header_cell(sheet, cell, key))
    return results


def heading_at(header_cells: HeaderCells, row: int) -> tuple[HeaderCell, ...]:
    """The hits of a heading that begins in a row, without titles of groups and without cells of the data below."""
    window = [header_cell for each in range(row, row + HEADING_HEIGHT) for header_cell in header_cells.get(each, ())]
    kept: list[HeaderCell] = []
    for header_cell in window:
        below = [
            other for other in window if other.cell.row > header_cell.cell.row and header_cell.covers(other.cell.column)
        ]
        # "Kết quả" over "Tổng số" and "Thực hiện" is no column; a line called "Tổng số" under "Nội dung" is no heading.
        is_title = any(header_cell.is_wide or len(header_cells[other.cell.row]) > 1 for other in below)
        is_data = any(above.covers(header_cell.cell.column) for above in kept if above.cell.row < header_cell.cell.row)
        if not is_title and not is_data:
            kept.append(header_cell)
    return tuple(kept)


def _header_cell(sheet: Sheet, cell: Cell, key: ColumnKey) -> HeaderCell:
    merged = sheet.merge_around(cell.row, cell.column)
    return HeaderCell(cell, key, merged.left if merged else cell.column, merged.right if merged else cell.column)
