"""The heading of a table, found by what its columns are called rather than by where it usually stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.layouts import Column, Role
from workbooks.cells import Cell, Sheet
from workbooks.labels import normalise_label

_ROWS_SEARCHED = 60
_HEADING_HEIGHT = 3
_COLUMN_NUMBER = re.compile(r"[(\[]?[A-Za-z0-9]{1,2}[)\]]?(?:\s*=.*)?")


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """Which column of a layout: its role and, for figures of the village sheet, its indicator."""

    role: Role
    indicator: str | None = None


def key_of(column: Column) -> ColumnKey:
    """The key of a layout's column."""
    return ColumnKey(column.role, column.indicator)


@dataclass(frozen=True, slots=True)
class TableHeader:
    """Where a table's heading stands (first and last row) and which column number each known heading has.

    `repeated` are further cells with a heading already placed; `others` headings no layout knows, by column.
    """

    top: int
    bottom: int
    columns: Mapping[ColumnKey, int]
    repeated: Mapping[ColumnKey, tuple[str, ...]] = field(default_factory=dict)
    others: Mapping[int, str] = field(default_factory=dict)

    def column(self, role: Role, indicator: str | None = None) -> int | None:
        """The column of a role, None where it was not found."""
        return self.columns.get(ColumnKey(role, indicator))


def find_header(sheet: Sheet, columns: Sequence[Column]) -> TableHeader | None:
    """The heading that knows most of a layout's columns, None where no place knows half of those that matter."""
    known = {normalise_label(name): key_of(column) for column in columns for name in (column.header, *column.aliases)}
    hits = {
        row: [(cell, known[key]) for cell in cells if (key := normalise_label(cell.text)) in known]
        for row, cells in sheet.rows.items()
    }
    rows = [row for row, found in hits.items() if found and row <= _ROWS_SEARCHED]
    best: list[tuple[Cell, ColumnKey]] = []
    for row in rows:
        # A heading may take several rows: "Tỷ lệ %" merged over both, "Tổng số" under a common title.
        window = [hit for other in rows if row <= other < row + _HEADING_HEIGHT for hit in hits[other]]
        if len({key for _, key in window}) > len({key for _, key in best}):
            best = window
    wanted = {key_of(column) for column in columns if column.role not in {Role.ORDER, Role.NOTE, Role.UNIT}}
    if 2 * len({key for _, key in best} & wanted) < len(wanted):
        return None
    bottom = max(cell.row for cell, _ in best)
    below = [found for row, found in hits.items() if row > bottom and len({key for _, key in found}) > 1]
    return _header(sheet, best, [hit for found in below for hit in found])


def _header(
    sheet: Sheet, hits: Sequence[tuple[Cell, ColumnKey]], below: Sequence[tuple[Cell, ColumnKey]]
) -> TableHeader:
    """The heading of these cells; `below` are those of further headings, which may name other columns."""
    columns: dict[ColumnKey, int] = {}
    repeated: dict[ColumnKey, list[str]] = {}
    for cell, key in hits:
        columns.setdefault(key, cell.column)
    for cell, key in (*hits, *below):
        if key in columns and columns[key] != cell.column:
            repeated.setdefault(key, []).append(cell.a1)
    top, bottom = min(cell.row for cell, _ in hits), max(cell.row for cell, _ in hits)
    others = {
        cell.column: " ".join(cell.text.split())
        for row in range(top, bottom + 1)
        for cell in sheet.rows.get(row, ())
        if cell.text.strip() and cell.column not in columns.values()
    }
    return TableHeader(top, bottom, columns, {key: tuple(cells) for key, cells in repeated.items()}, others)


def is_column_number_row(cells: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: A | B | C | 1 | 2 | 3=2/1×100."""
    texts = [str(cell.value).strip() for cell in cells if not cell.is_empty]
    return len(texts) >= 3 and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)
