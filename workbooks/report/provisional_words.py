"""Wording that puts figures in doubt: a draft, an estimate, last month's figures, "the right number is …", money."""

from collections.abc import Sequence

from domain.layouts import ColumnRole, Layout
from domain.periods import Period
from domain.texts import normalise_name, says
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace
from workbooks.identify.heading import Heading
from workbooks.identify.hints import months_in_words, periods_in_name
from workbooks.report.figures import SheetContext
from workbooks.tables.locate import LocatedLine
from workbooks.tables.table_header import find_header
from workbooks.text.heading_vocabulary import heading_vocabulary_of

_LONGEST = 200
"""Characters of a note that are quoted in its issue."""


def note_provisional_words(
    context: SheetContext,
    layout: Layout,
    lines: Sequence[LocatedLine],
    headings: Sequence[Heading],
    period: Period | None,
) -> None:
    """Note provisional wording above the table and in the note column; the figures are kept as read."""
    # Lines that name the period are checked by the identification of the period, cumulative ones included.
    noted = {(line.sheet, line.cell) for heading in headings for line in heading.periods}
    for line in (line for heading in headings for line in heading.lines):
        if (line.sheet, line.cell) not in noted and says(line.text, context.catalog.marks.provisional):
            noted.add((line.sheet, line.cell))
            code = "heading_provisional" if line.cell else "page_header_provisional"
            context.findings.issue(code, line.place, found=line.shown)
    header = find_header(context.sheet, layout.columns)
    column = header.column(ColumnRole.NOTE) if header is not None else None
    for other_line in lines if column is not None else ():
        row = other_line.spots[ColumnRole.NUMERATOR][0]
        cell = context.sheet.at(row, column or 0)
        if cell is None or not cell.text:
            continue
        place = FigurePlace(context.sheet.name, cell.a1, other_line.label, other_line.indicator)
        note = " ".join(cell.text.split())[:_LONGEST]
        if _is_provisional(context, cell, period):
            context.findings.issue("note_of_doubt", place, found=note)
        elif _is_money(context, cell, other_line):
            indicator = context.catalog.indicators[other_line.indicator]
            context.findings.issue("note_of_money", place, found=note, expected=indicator.unit.vi)


def _is_money(context: SheetContext, cell: Cell, line: LocatedLine) -> bool:
    """Return whether a note calls the figures of an indicator money that does not count money."""
    money = context.catalog.marks.money
    return says(cell.text, money) and not says(context.catalog.indicators[line.indicator].unit.vi, money)


def _is_provisional(context: SheetContext, cell: Cell, period: Period | None) -> bool:
    # "Tăng 5 so với tháng trước" is a comparison and does not say which month the figure is from.
    vocabulary = heading_vocabulary_of(context.catalog)
    text = vocabulary.without_other_times(vocabulary.months.numbered(normalise_name(cell.text)))
    months = months_in_words(text) | periods_in_name(text, vocabulary)
    marks = context.catalog.marks
    # "Số liệu T4" as well as "số liệu tháng 4"; the template itself notes "Báo cáo vào tháng 12" beside yearly figures.
    is_another_month = period is not None and bool(months) and period not in months
    is_of_another_month = is_another_month and says(text, context.catalog.words.figures)
    return is_of_another_month or says(text, marks.other_figures | marks.provisional)
