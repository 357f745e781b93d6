"""Workbooks of Excel 5 to 2003 (.xls), read by xlrd into the same cells as an .xlsx."""

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.book import Book
from xlrd.compdoc import SIGNATURE, CompDoc, CompDocError
from xlrd.formatting import XF
from xlrd.formula import FormulaError
from xlrd.sheet import Sheet as XlrdSheet

from workbooks.cells.addresses import CellRange, cell_address
from workbooks.cells.cells import Cell, Sheet, SheetContents, SheetState, Workbook
from workbooks.cells.formats import GENERAL, is_date_format
from workbooks.cells.guards import Limits, RefusedError, refusal
from workbooks.container.bounds import bounded, keep_cell
from workbooks.container.cell_values import CellSource, DamagedCellError, read_value
from workbooks.container.styles_part import Style
from workbooks.container.xls_records import SheetRecords, read_records
from workbooks.container.xls_texts import XlsTexts

# Exceptions observed from xlrd on damaged files, which it hardly validates.
_UNREADABLE = (
    xlrd.XLRDError,
    CompDocError,
    FormulaError,
    struct.error,
    DamagedCellError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,  # no stub, an exception that xlrd raises for features of the format that it does not read
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    ZeroDivisionError,
)
_STATES = (SheetState.VISIBLE, SheetState.HIDDEN, SheetState.VERY_HIDDEN)
_EXCEL_5 = 50
_LONGEST_WHOLE = 1e15
_EVEN_FILL = 1
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


def read_xls(data: bytes, limits: Limits) -> Workbook:
    """Read an .xls file of Excel 5 or later.

    Raises:
        RefusedError: locked, too old, damaged or beyond the limits; the issue tells which.
    """
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            if data.startswith(SIGNATURE):
                _check_short_chains(CompDoc(data, logfile=nowhere).SSAT)
            book = xlrd.open_workbook(
                file_contents=data, logfile=nowhere, formatting_info=True, on_demand=True, ragged_rows=True
            )
            return _read_book(book, limits)
    except _UNREADABLE as error:
        raise _refused(error) from error


def _check_short_chains(following: Sequence[int]) -> None:
    """Refuse a compound file whose short sectors form a cycle, which xlrd would follow forever."""
    passed = bytearray(len(following))
    for start in range(len(following)):
        trail, here = [], start
        while 0 <= here < len(following) and not passed[here]:
            passed[here] = 1
            trail.append(here)
            here = following[here]
        if here in trail:
            raise refusal("old_xls")


def _refused(error: Exception) -> RefusedError:
    text = str(error)
    if "encrypted" in text:
        return refusal("encrypted")
    return refusal("old_office_file" if text.startswith("Can't find workbook") else "old_xls")


def _read_book(book: Book, limits: Limits) -> Workbook:
    if book.biff_version < _EXCEL_5:
        raise refusal("old_xls")
    if not book.nsheets:
        raise refusal("no_sheets")
    if book.nsheets > limits.sheets:
        raise refusal("too_many_sheets", count=book.nsheets, limit=limits.sheets)
    records = read_records(bytes(book.mem), book.base)
    sheets = bounded((_read_sheet(book, number, records[number], limits) for number in range(book.nsheets)), limits)
    return Workbook("xls", sheets, dict(_names(book)), {})


def _read_sheet(book: Book, number: int, records: SheetRecords, limits: Limits) -> Sheet:
    """Return a sheet, read or with its refusal."""
    sheet = book.sheet_by_index(number)
    try:
        return _SheetReader(book, sheet, records, limits).read()
    except RefusedError as refused:
        return Sheet(sheet.name, _state_of(sheet), SheetContents(), refused.issue)


def _state_of(sheet: XlrdSheet) -> SheetState:
    return _STATES[sheet.visibility] if sheet.visibility < len(_STATES) else SheetState.HIDDEN


def _names(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the workbook-wide defined names with the formula text of their targets."""
    for name in book.name_obj_list:
        result = getattr(name, "result", None)
        if name.scope == -1 and not name.builtin and result is not None and result.text:
            yield name.name, result.text


class _SheetReader:
    """Converter of an xlrd sheet into a `Sheet`."""

    def __init__(self, book: Book, sheet: XlrdSheet, records: SheetRecords, limits: Limits) -> None:
        self._book = book
        self._sheet = sheet
        self._records = records
        self._limits = limits
        self._contents = SheetContents()
        self._styles: dict[int, Style] = {}
        self._texts = XlsTexts(book)

    def read(self) -> Sheet:
        sheet, contents = self._sheet, self._contents
        for row, column in self._records.doubles:
            raise refusal("duplicate_cell", sheet=sheet.name, cell=cell_address(row + 1, column + 1))
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                cell = self._cell(row, column)
                if cell is not None:
                    keep_cell(cell, contents, self._limits, sheet.name)
        if len(sheet.merged_cells) > self._limits.merged_ranges:
            raise refusal("part_too_complex", part=sheet.name)
        contents.merged.extend(
            CellRange(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells
        )
        contents.hidden_rows.update(row + 1 for row in range(sheet.nrows) if self._is_hidden(row))
        contents.hidden_columns.extend(
            (column + 1, column + 1) for column, about in sheet.colinfo_map.items() if about.hidden
        )
        contents.comments.update(
            (cell_address(row + 1, column + 1), note.text or "") for (row, column), note in sheet.cell_note_map.items()
        )
        return Sheet(sheet.name, _state_of(sheet), contents)

    def _is_hidden(self, row: int) -> bool:
        about = self._sheet.rowinfo_map.get(row)
        return bool(about.hidden if about is not None else self._sheet.default_row_hidden)

    def _cell(self, row: int, column: int) -> Cell | None:
        place = row, column
        has_formula = place in self._records.formulas
        style = self._style(self._sheet.cell_xf_index(row, column))
        if place in self._records.uncached:
            source: CellSource | None = CellSource("n", None, None, has_formula=True)
        else:
            value = self._sheet.cell_value(row, column)
            if isinstance(value, str):
                value = self._texts.read(value, style.font, self._sheet.rich_text_runlist_map.get(place))
            source = _source(self._sheet.cell_type(row, column), value, has_formula=has_formula)
        if source is None:
            return None
        read = read_value(source, style, (), since_1904=bool(self._book.datemode))
        if read is None:
            return None
        number_format, font, _, *flags = style
        address = cell_address(row + 1, column + 1)
        return Cell(address, row + 1, column + 1, *read, number_format, font, has_formula, *flags)

    def _style(self, index: int) -> Style:
        style = self._styles.get(index)
        if style is None:
            marks = self._book.xf_list[index]
            number_format = self._book.format_map[marks.format_key].format_str or GENERAL
            font = self._book.font_list[marks.font_index]
            is_struck, is_blended = bool(font.struck_out), self._is_blended(font.colour_index, marks)
            style = Style(number_format, font.name, is_date_format(number_format), is_struck, is_blended)
            self._styles[index] = style
        return style

    def _is_blended(self, colour: int, marks: XF) -> bool:
        """Return whether the font has the cell's background colour; only solid fills can match."""
        known = self._book.colour_map
        fill = marks.background
        if fill.fill_pattern > _EVEN_FILL:
            return False
        behind = known.get(fill.pattern_colour_index) if fill.fill_pattern else None
        return (known.get(colour) or _BLACK) == (behind or _WHITE)


def _source(kind: int, value: object, *, has_formula: bool) -> CellSource | None:
    """Return the cell as an .xlsx would store it, so that both are read by the same rules; None if it is empty."""
    match kind, value:
        case ((xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK), _):
            return None
        case xlrd.XL_CELL_TEXT, str() as text:
            return CellSource("inlineStr", None, text, has_formula)
        case xlrd.XL_CELL_BOOLEAN, int() as truth:
            return CellSource("b", str(int(bool(truth))), None, has_formula)
        case xlrd.XL_CELL_ERROR, int() as code:
            return CellSource("e", error_text_from_code[code], None, has_formula)
        case ((xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE), (int() | float()) as number):
            is_whole = float(number).is_integer() and abs(number) < _LONGEST_WHOLE
            return CellSource("n", str(int(number)) if is_whole else repr(float(number)), None, has_formula)
        case _:
            raise DamagedCellError
