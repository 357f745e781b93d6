"""Detection and removal of marks in a file that was returned, corrected and sent again, before it is read."""

import re

from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.guards import Limits, refusal
from workbooks.container.reader import read_workbook
from workbooks.marking.book import Book
from workbooks.marking.cell_styles import CellStyles
from workbooks.marking.note_text import OPENING, has_block
from workbooks.marking.package import CannotAnnotateError, Package
from workbooks.marking.properties import MARK, covered_by, forget_all
from workbooks.marking.result_sheet import SHEET_MARK
from workbooks.marking.sheet_notes import remove_notes
from workbooks.marking.threads import withdraw_person

_WHERE_MARKS_SHOW = re.compile(r"custom|sharedstrings|comments", re.IGNORECASE)


def may_be_marked(package: Package) -> bool:
    """Return whether a package may carry marks, without decoding its cells; only then is a full check worthwhile.

    Cells need not be searched: the returned file has the property, and programs that save it again keep shared strings
    in a part of their own.
    """
    marks = MARK.encode(), SHEET_MARK.encode(), OPENING.encode()
    parts = (name for name in package.names if _WHERE_MARKS_SHOW.search(name))
    return any(mark in content for content in map(package.read, parts) for mark in marks)


def read_without_marks(data: bytes, limits: Limits | None = None, *, partly: bool = False) -> Workbook:
    """Read a file; a returned file is read as if it had no marks. `partly`: as in `read_workbook`.

    Raises:
        RefusedError: no workbook, or damaged, ambiguous or beyond the limits; the issue tells which.
    """
    workbook = read_workbook(data, limits, partly=partly)
    if is_marked(workbook):
        return read_workbook(without_marks(data, workbook, limits or Limits()), limits, partly=partly)
    return workbook


def is_marked(workbook: Workbook) -> bool:
    """Return whether a workbook carries any mark (officials delete some): property, result sheet or note."""
    return MARK in workbook.properties or any(
        _is_result(sheet) or any(map(has_block, sheet.comments.values())) for sheet in workbook.sheets
    )


def without_marks(data: bytes, workbook: Workbook, limits: Limits) -> bytes:
    """Return the file without result sheet, fills and notes; the commune's corrections stay.

    Raises:
        RefusedError: the result sheet is the only sheet, so it is no report; or its parts are damaged.
    """
    names = [sheet.name for sheet in workbook.sheets if _is_result(sheet)]
    if len(names) == len(workbook.sheets):
        raise refusal("result_sent_back", content=names[0])
    package = Package(data, limits)
    try:
        book = Book(package)
        book.remove_sheets(names)
        for part in book.worksheets.values():
            remove_notes(package, part)
        withdraw_person(package, book.part)
        if book.styles is not None and book.styles in package:
            CellStyles(package, book.styles).restore(covered_by(workbook.properties))
        forget_all(package)
        return package.save()
    except CannotAnnotateError as error:
        raise refusal("xml_damaged", part=error.reason) from error


def _is_result(sheet: Sheet) -> bool:
    return any(cell.raw == SHEET_MARK for cell in sheet.cells.values())
