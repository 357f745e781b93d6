"""Location of a table of many units: its heading over one or several rows, its rows of units and of totals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.layouts import Column, ColumnRole, Layout
from workbooks.cells.cells import Sheet, SheetState, Workbook
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT, ColumnKey, key_of
from workbooks.text.labels import is_total_label, normalise_label

_ROWS_SEARCHED = 40
_UNIT_ROLES = frozenset({ColumnRole.UNIT_CODE, ColumnRole.UNIT_NAME})
_FIGURE_ROLES = frozenset({ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR})


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row of the table: its number, and the code and name that it gives, "" where it gives none."""

    row: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """A table of units on a sheet: the rows of its heading, and the number of each column."""

    sheet: Sheet
    layout: Layout
    top: int
    bottom: int
    columns: Mapping[ColumnKey, int]

    @property
    def missing(self) -> tuple[Column, ...]:
        """Return the columns of figures that the table lacks."""
        wanted = (column for column in self.layout.unit_columns if column.role in _FIGURE_ROLES)
        return tuple(column for column in wanted if key_of(column) not in self.columns)

    @property
    def totals(self) -> tuple[int, ...]:
        """Return the rows that only sum others."""
        return tuple(row for row in self._rows() if self._is_total(row))

    def unit_rows(self) -> Iterator[NamedRow]:
        """Yield the rows of units: those that name one and those of figures; not totals, titles and signatures."""
        for row in self._rows():
            code, name = self._text(row, ColumnRole.UNIT_CODE), self._text(row, ColumnRole.UNIT_NAME)
            if not self._is_total(row) and (self._has_figures(row) or (code and name)):
                yield NamedRow(row, code, name)

    def spots(self, indicator: str, row: int) -> Mapping[ColumnRole, tuple[int, int]]:
        """Return the position of each figure of an indicator in a row, by role."""
        return {key.role: (row, number) for key, number in self.columns.items() if key.indicator == indicator}

    def column_of(self, *roles: ColumnRole) -> int:
        """Return the first column of these roles that the table has, else 1."""
        return next((self.columns[ColumnKey(role)] for role in roles if ColumnKey(role) in self.columns), 1)

    def _rows(self) -> Iterator[int]:
        for row, cells in self.sheet.rows.items():
            is_near = row - self.bottom < HEADING_HEIGHT
            if row > self.bottom and not (is_near and is_column_number_row(cells, below_heading=True)):
                yield row

    def _text(self, row: int, role: ColumnRole) -> str:
        number = self.columns.get(ColumnKey(role))
        cell = self.sheet.at(row, number) if number is not None else None
        return str(cell.value).strip() if cell is not None and cell.value is not None else ""

    def _has_figures(self, row: int) -> bool:
        numbers = [number for key, number in self.columns.items() if key.role in _FIGURE_ROLES]
        return any(resembles_figure(cell) for cell in self.sheet.rows[row] if cell.column in numbers)

    def _is_total(self, row: int) -> bool:
        first = min(number for key, number in self.columns.items() if key.role in _FIGURE_ROLES)
        texts = (cell.text for cell in self.sheet.rows[row] if cell.column < first)
        return any(text and is_total_label(text, self.layout.totals) for text in texts)


def find_unit_tables(workbook: Workbook, layouts: Sequence[Layout]) -> tuple[UnitTable, ...]:
    """Return the tables of units on visible sheets, of each sheet that of the layout with most of its columns."""
    results: list[UnitTable] = []
    for sheet in workbook.sheets:
        tables = [table for layout in layouts if (table := _find(sheet, layout)) is not None]
        if tables and sheet.state is SheetState.VISIBLE:
            results.append(max(tables, key=lambda table: len(table.columns)))
    return tuple(results)


def _find(sheet: Sheet, layout: Layout) -> UnitTable | None:
    """Return the table whose heading has a column of units and half of those of figures; the lowest that has most."""
    known = {
        normalise_label(name): key_of(column)
        for column in layout.unit_columns
        for name in (column.header, *column.aliases)
    }
    wanted = {key_of(column) for column in layout.unit_columns if column.role in _FIGURE_ROLES}
    best: UnitTable | None = None
    for top in _tops(sheet, {name for name, key in known.items() if key.role in _UNIT_ROLES}):
        for height in range(1, HEADING_HEIGHT + 1):
            columns = _columns(sheet, top, height, known)
            has_unit = any(key.role in _UNIT_ROLES for key in columns)
            if not has_unit or 2 * len(wanted & columns.keys()) < len(wanted):
                continue
            if best is None or len(columns) > len(best.columns):
                best = UnitTable(sheet, layout, top, top + height - 1, columns)
    return best


def _tops(sheet: Sheet, names: Collection[str]) -> Sequence[int]:
    """Return the rows in which a heading with one of these names of the column of units may begin."""
    named = (
        row
        for row, cells in sheet.rows.items()
        if row <= _ROWS_SEARCHED and any(cell.text and normalise_label(cell.text) in names for cell in cells)
    )
    return sorted({top for row in named for top in range(max(1, row - HEADING_HEIGHT + 1), row + 1)})


def _columns(sheet: Sheet, top: int, height: int, known: Mapping[str, ColumnKey]) -> dict[ColumnKey, int]:
    """Return the columns whose headings, read from the top of the window to its end, are known."""
    stacked: dict[int, dict[tuple[int, int], str]] = {}
    last = max((cell.column for row in range(top, top + height) for cell in sheet.rows.get(row, ())), default=0)
    for row in range(top, top + height):
        for number in range(1, last + 1):
            around = sheet.merge_around(row, number)
            spot = (around.top, around.left) if around is not None else (row, number)
            cell = sheet.at(*spot)
            if cell is not None and cell.text:
                stacked.setdefault(number, {})[spot] = cell.text
    results: dict[ColumnKey, int] = {}
    for number, texts in stacked.items():
        key = next((known[name] for name in _readings(tuple(texts.values())) if name in known), None)
        if key is not None:
            results.setdefault(key, number)
    return results


def _readings(texts: Sequence[str]) -> Iterator[str]:
    """Yield what the texts above one another may say, the longest first: "Doanh nghiệp" over "Tổng số"."""
    for length in range(len(texts), 0, -1):
        for first in range(len(texts) - length + 1):
            yield normalise_label(" ".join(texts[first : first + length]))
