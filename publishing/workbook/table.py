"""Sheets of the published workbook: texts are written as texts, numbers as numbers; every sheet prints on A4."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from domain.texts import cut, visible

_A4 = 9
_LONGEST_TEXT = 32_767
"""Letters that a cell of Excel holds."""
_LINE_HEIGHT, _PADDING = 14.5, 3
# Characters beyond a column's width that still fit on its line, on average: letters are narrower than digits.
_SLACK = 1.2


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A table's column: its header, and its width in characters."""

    header: str
    width: float


@dataclass(frozen=True, slots=True)
class StyledCell:
    """A value and the name of its style; None leaves the cell empty."""

    value: str | Decimal | int | None
    style: str = "text"


class SheetWriter:
    """Writes a sheet from the top down; `row` is the next free row, counted from 0."""

    def __init__(self, sheet: Worksheet, styles: Mapping[str, Format]) -> None:
        """Set the sheet up for A4 landscape: fitted to the paper's width, with page numbers."""
        self.sheet, self.row = sheet, 0
        self._styles = styles
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P/&N")
        sheet.hide_gridlines(2)

    def set_widths(self, columns: Sequence[TableColumn]) -> None:
        """Set the widths of the sheet's columns."""
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, column.width)

    def write_lines(self, lines: Sequence[StyledCell]) -> None:
        """Write lines of text into the first column, one per row; each overflows into the empty cells beside it."""
        for line in lines:
            self._write(0, line)
            self.row += 1

    def write_table(self, name: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[StyledCell]]) -> None:
        """Write a table with filters; without rows, only its header. `name` must be unique in the workbook."""
        head = self.row
        self._write_row([StyledCell(column.header, "header") for column in columns], columns)
        for row in rows:
            self._write_row(row, columns)
        if rows:
            heads = [{"header": column.header, "header_format": self._styles["header"]} for column in columns]
            options = {"name": name, "columns": heads, "style": None}
            self.sheet.add_table(head, 0, self.row - 1, len(columns) - 1, options)

    def _write_row(self, row: Sequence[StyledCell], columns: Sequence[TableColumn]) -> None:
        for index, cell in enumerate(row):
            self._write(index, cell)
        self.sheet.set_row(self.row, _PADDING + _LINE_HEIGHT * _lines_of(row, columns))
        self.row += 1

    def _write(self, column: int, cell: StyledCell) -> None:
        style = self._styles[cell.style]
        match cell.value:
            case None | "":
                self.sheet.write_blank(self.row, column, None, style)
            case str() as text:
                # Not `write`, which turns texts that look like formulas or links into such.
                self.sheet.write_string(self.row, column, cut(visible(text), _LONGEST_TEXT), style)
            case number:
                self.sheet.write_number(self.row, column, number, style)


def _lines_of(row: Sequence[StyledCell], columns: Sequence[TableColumn]) -> int:
    """Return how many lines the tallest cell wraps to: not every program adjusts heights when it opens a file."""
    return max(
        sum(math.ceil(max(len(line), 1) / (column.width * _SLACK)) for line in cell.value.split("\n"))
        if isinstance(cell.value, str)
        else 1
        for cell, column in zip(row, columns, strict=True)
    )
