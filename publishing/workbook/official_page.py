"""A page of the official part: texts over several columns, and rows of cells, all written from the top down."""

from collections.abc import Mapping, Sequence

from xlsxwriter.format import Format

from publishing.workbook.long_sheet import Cell, LongSheet, StyledCell
from publishing.workbook.table import SheetWriter

_LINE = 18.0
"""Height of a line of a heading in points."""


class OfficialPage(SheetWriter):
    """Writes an official sheet, whose cells are all written at once: XlsxWriter's own would take most of the time."""

    def __init__(self, sheet: LongSheet, styles: Mapping[str, Format], lines: Sequence[StyledCell]) -> None:
        """Set the sheet up as all sheets are, with page numbers in its font; `lines` stand below the title."""
        super().__init__(sheet, styles)
        self._lines = lines
        sheet.by_block = False
        sheet.set_footer('&C&"Times New Roman,Regular"&P/&N')

    def write_across(self, *parts: tuple[int, int, StyledCell], height: float = _LINE) -> None:
        """Write a row of texts, each over the columns from its first to its last, counted from 0."""
        # Not `merge_range`, which writes the cells below the first one by one.
        self.sheet.merge += [[self.row, first, self.row, last] for first, last, _ in parts if first < last]
        self.sheet.append_parts(self.row, [(first, cell) for first, _, cell in parts], height, self._styles)
        self.row += 1

    def write_spans(self, spans: Sequence[tuple[int, Cell]], height: float) -> None:
        """Write a row of bordered texts or numbers, each over so many columns."""
        row: list[Cell] = []
        for width, cell in spans:
            if width > 1:
                self.sheet.merge.append([self.row, len(row), self.row, len(row) + width - 1])
            row += [cell, *[(None, cell[1])] * (width - 1)]
        self.sheet.append_row(self.row, row, height, self._styles)
        self.row += 1

    def write_heading(self, title: str, last_column: int) -> None:
        """Write the title of a sheet and the lines below it, and leave a row."""
        for line in (StyledCell(title, "form_title"), *self._lines):
            self.write_across((0, last_column, line))
        self.row += 1
