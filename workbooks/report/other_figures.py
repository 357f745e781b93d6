"""Titles above a figure column that say it holds a plan, an estimate or another month."""

from collections.abc import Iterator, Mapping, Sequence

from domain.layouts import Layout
from domain.periods import Period
from domain.texts import normalise_name, says
from workbooks.cells.cells import Cell, Sheet
from workbooks.cells.findings import FigurePlace
from workbooks.cells.stamp import FIGURE_ROLES
from workbooks.identify.hints import months_in_words
from workbooks.report.figures import SheetContext
from workbooks.tables.locate import LocatedLine
from workbooks.tables.table_header import TableHeader, find_header
from workbooks.text.heading_vocabulary import heading_vocabulary_of

_ROWS_ABOVE = 2
_LONGEST_TITLE = 40
"""Texts longer than this (in characters) are sentences about the report, not column titles."""


def note_other_figures(
    context: SheetContext, layout: Layout, lines: Sequence[LocatedLine], period: Period | None
) -> None:
    """Note titles above or within the heading of a figure column that announce other figures."""
    header = find_header(context.sheet, layout.columns)
    first = min((spot[0] for line in lines for spot in line.spots.values()), default=0)
    if header is None:
        return
    headings = {
        number: column.header
        for column in layout.columns
        if column.role in FIGURE_ROLES and (number := header.column(column.role)) is not None
    }
    for cell, number in _over(context.sheet, header, first, headings):
        if _is_of_others(context, cell.text, period):
            place = FigurePlace(context.sheet.name, cell.a1)
            result = " ".join(cell.text.split())
            context.findings.issue("heading_of_others", place, found=result, expected=headings[number])


def _over(sheet: Sheet, header: TableHeader, first_line: int, columns: Mapping[int, str]) -> Iterator[tuple[Cell, int]]:
    """Yield short texts that stand over these columns only, from just above the header to the first line."""
    for row in range(header.top - _ROWS_ABOVE, first_line):
        for cell in sheet.rows.get(row, ()):
            merged = sheet.merge_around(cell.row, cell.column)
            below = range(cell.column, (merged.right if merged else cell.column) + 1)
            if cell.text and len(cell.text) <= _LONGEST_TITLE and set(below) <= columns.keys():
                yield cell, cell.column


def _is_of_others(context: SheetContext, text: str, period: Period | None) -> bool:
    months = months_in_words(heading_vocabulary_of(context.catalog).months.numbered(normalise_name(text)))
    is_another_month = period is not None and bool(months) and period not in months
    return is_another_month or says(text, context.catalog.marks.other_figures)
