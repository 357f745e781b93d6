"""Words of officials that put figures in doubt: a draft, an estimate, last month's figures, "the right number is …"."""

from collections.abc import Sequence

from domain.layouts import ColumnRole, Layout
from domain.periods import Period
from domain.texts import normalise_name, says
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace
from workbooks.identify.heading import Heading
from workbooks.identify.hints import months_in_words
from workbooks.report.figures import SheetContext
from workbooks.tables.locate import LocatedLine
from workbooks.tables.table_header import find_header
from workbooks.text.wording import wording_of

_LONGEST = 200
"""So much of a note is quoted."""


def note_provisional_words(
    context: SheetContext,
    layout: Layout,
    lines: Sequence[LocatedLine],
    headings: Sequence[Heading],
    period: Period | None,
) -> None:
    """Note such words above the table, and in the notes beside its lines; the figures are read as they stand."""
    # A line that names the period is held to it, and refused where it speaks of sums.
    results = {line.cell for heading in headings for line in heading.periods}
    for line in (line for heading in headings for line in heading.lines):
        if line.cell not in results and says(line.text, context.catalog.marks.provisional):
            results.add(line.cell)
            context.findings.issue("heading_provisional", FigurePlace(line.sheet, line.cell), found=line.text)
    header = find_header(context.sheet, layout.columns)
    column = header.column(ColumnRole.NOTE) if header is not None else None
    for other_line in lines if column is not None else ():
        row = other_line.spots[ColumnRole.NUMERATOR][0]
        cell = context.sheet.at(row, column or 0)
        if cell is not None and cell.text and _is_doubt(context, cell, period):
            place = FigurePlace(context.sheet.name, cell.a1, other_line.label, other_line.indicator)
            context.findings.issue("note_of_doubt", place, found=" ".join(cell.text.split())[:_LONGEST])


def _is_doubt(context: SheetContext, cell: Cell, period: Period | None) -> bool:
    # "Tăng 5 so với tháng trước" compares; it says nothing of where the figure is from.
    wording = wording_of(context.catalog)
    text = wording.without_other_times(wording.months.numbered(normalise_name(cell.text)))
    months = months_in_words(text)
    marks = context.catalog.marks
    # The template itself says of a yearly figure "Báo cáo vào tháng 12".
    is_another_month = period is not None and bool(months) and period not in months
    is_of_another_month = is_another_month and says(text, context.catalog.words.figures)
    return is_of_another_month or says(text, marks.other_figures | marks.provisional)
