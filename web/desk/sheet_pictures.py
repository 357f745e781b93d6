"""Pictures of a workbook's sheets as it was delivered: what stands in each cell, read-only, as plain values."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from connectors.landing import Landing
from domain.issues import Issue
from flows.pipeline.marked_copy import STAYS_CLOSED
from workbooks.cells.addresses import CellRange, cell_address, column_letters, split_address
from workbooks.cells.cells import Cell, CellKind, Sheet, SheetState
from workbooks.cells.guards import Limits, RefusedError
from workbooks.container.reader import read_workbook
from workbooks.numbers.displayed_numbers import display_number

MOST_ROWS: Final = 400
MOST_COLUMNS: Final = 40
_LONGEST_TEXT: Final = 2000


@dataclass(frozen=True, slots=True)
class PictureCell:
    """A cell as it is seen: its text, whether that is a number, and how many columns and rows it covers."""

    address: str
    text: str
    is_number: bool
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A row with its number; cells that another one covers are left out."""

    number: int
    cells: tuple[PictureCell, ...]


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A sheet: the letters of its columns, and its rows; `is_cut`: it has more rows or columns than are shown."""

    name: str
    is_hidden: bool
    columns: tuple[str, ...]
    rows: tuple[PictureRow, ...]
    is_cut: bool

    def row_of(self, address: str) -> PictureRow | None:
        """Return the row of a cell, as it stands alone: nothing in it covers rows below."""
        place = split_address(address)
        row = next((each for each in self.rows if place and each.number == place[0]), None)
        if row is None:
            return None
        cells = (PictureCell(cell.address, cell.text, cell.is_number, cell.columns) for cell in row.cells)
        return PictureRow(row.number, tuple(cells))


def sheet_pictures(landing: Landing, sha256: str, issues: Iterable[Issue], limits: Limits) -> tuple[SheetPicture, ...]:
    """Return the sheets of a landed file in their order; none of a file that cannot be read, or is not opened again.

    A file that crashed its reading process, or that a virus scanner refused, stays closed; `issues` say so.

    Raises:
        NotLandedError: the bytes are missing.
        DamagedBytesError: the bytes differ from those delivered.
    """
    if not STAYS_CLOSED.isdisjoint(issue.code for issue in issues):
        return ()
    try:
        workbook = read_workbook(landing.read(sha256), limits, partly=True)
    except RefusedError:
        return ()
    return tuple(map(_picture, workbook.sheets))


def _picture(sheet: Sheet) -> SheetPicture:
    last_row = max((cell.row for cell in sheet.cells.values()), default=0)
    last_column = max((cell.column for cell in sheet.cells.values()), default=0)
    rows, columns = min(last_row, MOST_ROWS), min(last_column, MOST_COLUMNS)
    merged, covered = _merged(sheet, rows, columns)
    return SheetPicture(
        name=sheet.name,
        is_hidden=sheet.state is not SheetState.VISIBLE,
        columns=tuple(column_letters(column) for column in range(1, columns + 1)),
        rows=tuple(
            PictureRow(row, tuple(_cells(sheet, row, columns, merged=merged, covered=covered)))
            for row in range(1, rows + 1)
        ),
        is_cut=(rows, columns) != (last_row, last_column),
    )


def _merged(
    sheet: Sheet, rows: int, columns: int
) -> tuple[Mapping[tuple[int, int], CellRange], Collection[tuple[int, int]]]:
    """Return the merged ranges by their first cells, and the cells that they cover.

    Ranges of a sound file do not overlap; what would cover a cell twice is shown as it stands, without its range.
    """
    merged: dict[tuple[int, int], CellRange] = {}
    covered: set[tuple[int, int]] = set()
    for each in sheet.merged:
        inside = CellRange(each.top, each.left, min(each.bottom, rows), min(each.right, columns))
        size = (inside.bottom - inside.top + 1) * (inside.right - inside.left + 1)
        if inside.top > rows or inside.left > columns or len(covered) + size > rows * columns:
            continue
        own = {
            (row, column)
            for row in range(inside.top, inside.bottom + 1)
            for column in range(inside.left, inside.right + 1)
        }
        if covered.isdisjoint(own):
            covered |= own
            merged[inside.top, inside.left] = inside
    return merged, covered - merged.keys()


def _cells(
    sheet: Sheet,
    row: int,
    columns: int,
    *,
    merged: Mapping[tuple[int, int], CellRange],
    covered: Collection[tuple[int, int]],
) -> Iterator[PictureCell]:
    for column in range(1, columns + 1):
        if (row, column) in covered:
            continue
        cell, area = sheet.at(row, column), merged.get((row, column))
        yield PictureCell(
            cell_address(row, column),
            _text_of(cell) if cell else "",
            bool(cell and cell.kind is CellKind.NUMBER),
            area.right - column + 1 if area else 1,
            area.bottom - row + 1 if area else 1,
        )


def _text_of(cell: Cell) -> str:
    match cell.value:
        case Decimal():
            shown = display_number(cell.value, cell.number_format).text
            return shown or cell.raw
        case bool():
            return "TRUE" if cell.value else "FALSE"
        case datetime():
            return f"{cell.value:%d/%m/%Y}"
        case None:
            return ""
        case _:
            return str(cell.value)[:_LONGEST_TEXT]
