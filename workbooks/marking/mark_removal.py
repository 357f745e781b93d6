"""Marks of a file that was given back, corrected and sent again: known, and taken out, before anybody reads it."""

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
    """Whether a workbook may carry marks of ours, told without reading it: only then is it worth reading for them.

    Cells need no look: the file as we gave it has the property, and whoever saves it anew keeps its texts apart.
    """
    marks = MARK.encode(), SHEET_MARK.encode(), OPENING.encode()
    parts = (name for name in package.names if _WHERE_MARKS_SHOW.search(name))
    return any(mark in content for content in map(package.read, parts) for mark in marks)


def read_without_marks(data: bytes, limits: Limits | None = None) -> Workbook:
    """Read a file; one that was returned with marks is read as if it had none.

    Raises:
        RefusedError: it is no workbook, damaged, ambiguous or beyond the limits; the issue says which.
    """
    workbook = read_workbook(data, limits)
    if is_marked(workbook):
        return read_workbook(without_marks(data, workbook, limits or Limits()), limits)
    return workbook


def is_marked(workbook: Workbook) -> bool:
    """Whether a workbook carries marks of ours: the property, our sheet, or a note; officials delete some of them."""
    return MARK in workbook.properties or any(
        _is_result(sheet) or any(map(has_block, sheet.comments.values())) for sheet in workbook.sheets
    )


def without_marks(data: bytes, workbook: Workbook, limits: Limits) -> bytes:
    """The same file as the commune had it: without our sheet, fills and notes; what it corrected stays corrected.

    Raises:
        RefusedError: nothing but our sheet is in it, so it is no report; or its parts are damaged.
    """
    results = [sheet.name for sheet in workbook.sheets if _is_result(sheet)]
    if len(results) == len(workbook.sheets):
        raise refusal("result_sent_back", content=results[0])
    package = Package(data, limits)
    try:
        book = Book(package)
        book.remove_sheets(results)
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
