"""Sheets of the published workbook: texts are written as texts, numbers as numbers; every sheet prints on A4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format

from publishing.workbook.long_sheet import Cell, LongSheet, StyledCell

_A4 = 9


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A table's column: its header, and its width in characters."""

    header: str
    width: float


class SheetWriter:
    """Writes a sheet from the top down; `row` is the next free row, counted from 0."""

    def __init__(self, sheet: LongSheet, styles: Mapping[str, Format]) -> None:
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
            self.sheet.append_parts(self.row, [(0, line)], None, self._styles)
            self.row += 1

    def write_rows(self, rows: Iterable[Sequence[Cell]], columns: Sequence[TableColumn]) -> None:
        """Write rows without a table's filters."""
        self.row = self.sheet.append_rows(self.row, rows, [column.width for column in columns], self._styles)

    def write_table(self, name: str, columns: Sequence[TableColumn], rows: Iterable[Sequence[Cell]]) -> None:
        """Write a table with filters; without rows, only its header. `name` must be unique in the workbook."""
        head = self.row
        self.write_rows([[(column.header, "header") for column in columns]], columns)
        self.write_rows(rows, columns)
        if self.row > head + 1:
            heads = [{"header": column.header, "header_format": self._styles["header"]} for column in columns]
            options = {"name": name, "columns": heads, "style": None}
            self.sheet.add_table_over(head, self.row - 1, len(columns) - 1, options)
