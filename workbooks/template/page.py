"""Sheet writing: styled and merged cells, fitting row heights, and print set-up."""

import math
from collections.abc import Sequence
from typing import cast

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.header_footer import _HeaderFooterPart as _FooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from domain.layouts import Column
from workbooks.template.styles import StyleName

_LINE_POINTS = 16.5
_PADDING_POINTS = 4.0
_LETTERS_PER_WIDTH = 1.12
_CAPITALS_PER_WIDTH = 0.68
_LANDSCAPE_FROM = 105.0
"""Width, in 12-point characters, that fits a portrait A4 page without shrinking below 10 points."""
_A4 = (8.27, 11.69)
_MARGINS = PageMargins(left=0.6, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
_INCH = 72.0
_DIGIT_POINTS = 6.0
_COLUMN_POINTS = 3.75
"""A column is so wide for each digit of the default font, and so much wider."""
_DEFAULT_HEIGHT = 15.75


class PagedSheet:
    """A worksheet with its column widths, in digits of the default font."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        """Set the columns' widths."""
        self.sheet = sheet
        self.widths = tuple(widths)
        for column, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width

    @property
    def last_column(self) -> int:
        """Return the number of the last column."""
        return len(self.widths)

    @property
    def middle(self) -> int:
        """Return the last column of the page's left half."""
        half, total = sum(self.widths) / 2, 0.0
        sums = [total := total + width for width in self.widths[:-1]]
        return min(range(len(sums)), key=lambda place: abs(sums[place] - half)) + 1

    @property
    def is_landscape(self) -> bool:
        """Return whether the columns are too wide for a portrait page."""
        return sum(self.widths) > _LANDSCAPE_FROM

    @property
    def printed_height(self) -> float:
        """Return the height of rows that fit a printed page, in points, after shrinking to the page's width."""
        short, long = _A4
        across, down = (long, short) if self.is_landscape else (short, long)
        wide = sum(width * _DIGIT_POINTS + _COLUMN_POINTS for width in self.widths)
        scale = min(1.0, (across - _MARGINS.left - _MARGINS.right) * _INCH / wide)
        return (down - _MARGINS.top - _MARGINS.bottom) * _INCH / scale

    def height_of(self, first_row: int, last_row: int) -> float:
        """Return the total height of these rows, in points."""
        rows = self.sheet.row_dimensions
        return sum(rows[row].height or _DEFAULT_HEIGHT for row in range(first_row, last_row + 1))

    def put(self, row: int, column: int, value: str | float | None, look: StyleName) -> Cell:
        """Write a value; text stays text even if it begins with "="."""
        cell = self._cell(row, column, look)
        if value not in {None, ""}:
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
        return cell

    def put_formula(self, row: int, column: int, formula: str, look: StyleName) -> Cell:
        """Write a trusted formula."""
        cell = self._cell(row, column, look)
        cell.value = formula
        return cell

    def put_fitting(self, row: int, column: int, value: str, look: StyleName) -> Cell:
        """Write a text and make its row high enough for it."""
        self.fit(row, value, self.widths[column - 1])
        return self.put(row, column, value, look)

    def put_headers(self, row: int, columns: Sequence[Column]) -> None:
        """Write the row of column headers, and the row of column numbers below it."""
        for number, column in enumerate(columns, 1):
            header = column.header.replace(" (", "\n(")
            self.put(row, number, header, StyleName.HEADER)
            self.fit(row, header, column.width * 0.85)
            self.put(row + 1, number, column.mark, StyleName.MARK)

    def put_across(self, row: int, first: int, last: int, value: str, look: StyleName) -> Cell:
        """Write a value into merged columns of a row."""
        cell = self.put(row, first, value, look)
        if last > first:
            for column in range(first + 1, last + 1):
                self.put(row, column, None, look)
            # Not merge_cells(), which copies borders and takes a third of a template's time; every cell here already
            # has the style of its range.
            self.sheet.merged_cells.add(f"{cell.coordinate}:{get_column_letter(last)}{row}")
        self.fit(row, value, sum(self.widths[first - 1 : last]))
        return cell

    def fit(self, row: int, text: str, width: float) -> None:
        """Make a row high enough for a text in a width; never make it lower."""
        lines = sum(_lines_of(part, width) for part in text.split("\n"))
        wanted = lines * _LINE_POINTS + _PADDING_POINTS
        dimension = self.sheet.row_dimensions[row]
        dimension.height = max(dimension.height or 0.0, wanted)

    def set_up_print(self, header_rows: tuple[int, int] | None, last_row: int, footer_left: str, footer: str) -> None:
        """Set up A4 at page width, portrait unless the columns are too wide; repeat header rows on every page."""
        sheet = self.sheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "landscape" if self.is_landscape else "portrait"
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.page_margins = _MARGINS
        sheet.print_options.horizontalCentered = True
        sheet.print_area = f"A1:{get_column_letter(self.last_column)}{last_row}"
        if header_rows is not None:
            sheet.print_title_rows = f"{header_rows[0]}:{header_rows[1]}"
        sheet.HeaderFooter.oddFooter = HeaderFooterItem(left=_FooterPart(footer_left), right=_FooterPart(footer))

    def _cell(self, row: int, column: int, look: StyleName) -> Cell:
        cell = cast("Cell", self.sheet.cell(row, column))  # never a MergedCell: put_across() does not create them
        cell.style = look.value
        return cell

    def protect(self) -> None:
        """Lock all but the input cells. No password: this prevents slips, not intent."""
        protection = self.sheet.protection
        protection.sheet = True
        # False allows it: resizing a column to read a long note does no harm.
        protection.formatColumns = False
        protection.formatRows = False


def _lines_of(text: str, width: float) -> int:
    per_width = _CAPITALS_PER_WIDTH if text.isupper() else _LETTERS_PER_WIDTH
    return max(1, math.ceil(len(text) / max(1.0, (width - 1) * per_width)))
