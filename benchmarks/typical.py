"""Typical workbooks of communes, for benchmarks and mutations."""

import io
from collections import defaultdict
from collections.abc import Mapping
from copy import copy

import openpyxl
import xlsxwriter
import xlwt
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from tests.builders import make_workbook
from tests.workbooks.workbook_edits import FORM, make_handmade, save

UNIT, PERIOD = "22813", "2025-05"
TIMES = 10


def typical_workbooks(catalog: Catalog) -> Mapping[str, bytes]:
    """Return by name: the filled template, the same with ten times as many village lines, a form made by hand."""
    template = make_workbook(catalog, UNIT, PERIOD)
    by_hand = make_handmade(catalog, UNIT, PERIOD)
    filled = openpyxl.load_workbook(io.BytesIO(template))
    _lengthen(filled, catalog)
    return {
        "template, filled in": template,
        "template, village lines x 10": save(filled),
        "made by hand": saved_like_excel(by_hand),
    }


def bare_list(catalog: Catalog) -> bytes:
    """Return the workbook that suits openpyxl best: a long list of villages in hundreds of unformatted cells."""
    long = make_handmade(catalog, UNIT, PERIOD)
    _lengthen(long, catalog)
    return saved_like_excel(long)


def _lengthen(workbook: Workbook, catalog: Catalog) -> None:
    """Repeat the lines of the village sheet until there are ten times as many."""
    sheet = workbook[catalog.forms.layout_for(FORM, parse_period(PERIOD)).village_sheet or ""]
    lines = [row for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    row = sheet.max_row
    for _ in range(TIMES - 1):
        for line in lines:
            row += 1
            for cell in line:
                copied = sheet.cell(row, cell.column, cell.value)
                copied._style = copy(cell._style)  # noqa: SLF001 - openpyxl offers no other way to copy a style


def saved_like_excel(workbook: Workbook) -> bytes:
    """Save the values of a workbook like Excel, with shared strings, where openpyxl writes each text into its cell."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as copied:
        for sheet in workbook.worksheets:
            _copy(sheet, copied.add_worksheet(sheet.title))
    return buffer.getvalue()


def saved_as_xls(workbook: Workbook) -> bytes:
    """Save the values of a workbook with their number formats as an .xls of Excel 97."""
    book = xlwt.Workbook()
    looks: dict[str, xlwt.XFStyle] = defaultdict(xlwt.XFStyle)
    for sheet in workbook.worksheets:
        copied = book.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    looks[cell.number_format].num_format_str = cell.number_format
                    value = str(cell.value) if isinstance(cell.value, str) else cell.value
                    copied.write(cell.row - 1, cell.column - 1, value, looks[cell.number_format])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _copy(sheet: Worksheet, copied: xlsxwriter.worksheet.Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                copied.write(cell.row - 1, cell.column - 1, cell.value)
