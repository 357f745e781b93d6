"""Detection of a table's heading by the names of its columns instead of its usual position."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.layouts import Column, ColumnRole
from workbooks.cells.cells import Cell, Sheet
from workbooks.tables.heading_cells import (
    HEADING_HEIGHT,
    ColumnKey,
    HeaderCell,
    HeaderCells,
    find_header_cells,
    heading_at,
    key_of,
)

_INCIDENTAL = frozenset({ColumnRole.ORDER, ColumnRole.CODE, ColumnRole.NOTE, ColumnRole.UNIT})


@dataclass(frozen=True, slots=True)
class TableHeader:
    """First and last row of a table's heading, and the column number of each known heading.

    `spans` are first and last column of headings merged over several; `repeated` the addresses of duplicate headings;
    `others` the unknown headings by column. `again` are rows below in which the heading is repeated, `earlier` rows
    above in which a table with fewer matching headings begins.
    """

    top: int
    bottom: int
    columns: Mapping[ColumnKey, int]
    spans: Mapping[ColumnKey, tuple[int, int]] = field(default_factory=dict)
    repeated: Mapping[ColumnKey, tuple[str, ...]] = field(default_factory=dict)
    others: Mapping[int, str] = field(default_factory=dict)
    again: tuple[int, ...] = ()
    earlier: tuple[int, ...] = ()

    def column(self, role: ColumnRole, indicator: str | None = None) -> int | None:
        """Return the column of a role, None if it was not found."""
        return self.columns.get(ColumnKey(role, indicator))

    def own(self, cells: Sequence[Cell]) -> tuple[Cell, ...]:
        """Return the cells of a row that lie within the table."""
        first, last = min(self.columns.values()), max(self.columns.values())
        return tuple(cell for cell in cells if first <= cell.column <= last)

    def span(self, role: ColumnRole) -> tuple[int, ...]:
        """Return all columns under the heading of a role; none if it was not found."""
        number = self.column(role)
        if number is None:
            return ()
        first, last = self.spans.get(ColumnKey(role), (number, number))
        return tuple(range(first, last + 1))


def find_header(sheet: Sheet, columns: Sequence[Column]) -> TableHeader | None:
    """Return the heading with most of a layout's columns, None if none has half of the essential ones.

    A dozen steps ask for the same headings: they are searched once a sheet.
    """
    columns = tuple(columns)
    return sheet.compute_once((find_header, columns), lambda: _find_header(sheet, columns))


def _find_header(sheet: Sheet, columns: Sequence[Column]) -> TableHeader | None:
    header_cells = find_header_cells(sheet, columns)
    wanted = _wanted(columns)
    headings = {row: heading for row in header_cells if (heading := heading_at(header_cells, row))}
    if not headings:
        return None
    top = max(headings, key=lambda row: _score(headings[row], wanted))
    # A heading's word in a row just above begins a window that scores as high as the heading itself.
    while nearer := [row for row in headings if top < row <= headings[top][-1].cell.row]:
        if _score(headings[nearer[0]], wanted) < _score(headings[top], wanted):
            break
        top = nearer[0]
    if 2 * _score(headings[top], wanted)[0] < len(wanted):
        return None
    earlier = [
        row for row in headings if row + HEADING_HEIGHT <= top and 2 * _score(headings[row], wanted)[0] >= len(wanted)
    ]
    return _header(sheet, headings[top], tuple(_further(header_cells, headings[top][-1].cell.row)), tuple(earlier))


def is_transposed(sheet: Sheet, columns: Sequence[Column]) -> bool:
    """Return whether the headings are below one another in a column, so that lines are columns."""
    wanted = _wanted(columns)
    by_column: dict[int, set[ColumnKey]] = {}
    for header_cell in (header_cell for row in find_header_cells(sheet, columns).values() for header_cell in row):
        by_column.setdefault(header_cell.cell.column, set()).add(header_cell.key)
    return any(2 * len(keys & wanted) > len(wanted) for keys in by_column.values())


def _wanted(columns: Sequence[Column]) -> set[ColumnKey]:
    return {key_of(column) for column in columns if column.role not in _INCIDENTAL}


def _score(heading: Sequence[HeaderCell], wanted: set[ColumnKey]) -> tuple[int, int]:
    keys = {header_cell.key for header_cell in heading}
    return len(keys & wanted), len(keys)


def _further(header_cells: HeaderCells, bottom: int) -> Iterator[tuple[HeaderCell, ...]]:
    """Yield the headings below a heading, each of at least two columns."""
    for row in sorted(header_cells):
        heading = heading_at(header_cells, row) if row > bottom else ()
        if len({header_cell.key for header_cell in heading}) > 1:
            bottom = heading[-1].cell.row
            yield heading


def _header(
    sheet: Sheet, heading: Sequence[HeaderCell], further: Sequence[Sequence[HeaderCell]], earlier: tuple[int, ...]
) -> TableHeader:
    placed = _placed(heading)
    columns = {key: header_cell.cell.column for key, header_cell in placed.items()}
    repeated: dict[ColumnKey, list[str]] = {}
    for header_cell in (header_cell for block in (heading, *further) for header_cell in block):
        if header_cell.key in columns and columns[header_cell.key] != header_cell.cell.column:
            repeated.setdefault(header_cell.key, []).append(header_cell.cell.a1)
    top, bottom = heading[0].cell.row, heading[-1].cell.row
    others = {
        cell.column: " ".join(cell.text.split())
        for row in range(top, bottom + 1)
        for cell in sheet.rows.get(row, ())
        if cell.text.strip() and cell.column not in columns.values()
    }
    return TableHeader(
        top,
        bottom,
        columns,
        {key: (header_cell.first, header_cell.last) for key, header_cell in placed.items() if header_cell.is_wide},
        {key: tuple(cells) for key, cells in repeated.items()},
        others,
        tuple(header_cell.cell.row for block in further for header_cell in block),
        earlier,
    )


def _placed(heading: Sequence[HeaderCell]) -> Mapping[ColumnKey, HeaderCell]:
    """Return the header cell of each key; of duplicates the one nearest to the unique ones, to keep a table whole."""
    by_key: dict[ColumnKey, list[HeaderCell]] = {}
    for header_cell in heading:
        by_key.setdefault(header_cell.key, []).append(header_cell)
    unique = [header_cells[0].cell.column for header_cells in by_key.values() if len(header_cells) == 1]

    def distance(header_cell: HeaderCell) -> int:
        return min((abs(header_cell.cell.column - column) for column in unique), default=0)

    return {key: min(header_cells, key=distance) for key, header_cells in by_key.items()}
