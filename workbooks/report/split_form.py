"""Detection of forms spread over several sheets: lines missing on one sheet and filled in on another."""

from domain.layouts import Layout
from workbooks.cells.addresses import LAST_ROW
from workbooks.cells.cells import Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.report.figures import SheetContext
from workbooks.tables.cell_shapes import resembles_figure
from workbooks.tables.form_candidates import find_form_candidates
from workbooks.tables.label_rows import find_rows
from workbooks.tables.line_index import LineIndex
from workbooks.tables.locate import LocatedForm


def note_split(context: SheetContext, workbook: Workbook, layout: Layout, form: LocatedForm) -> None:
    """Note each unread sheet that holds figures for lines missing on the form's own sheet."""
    missing = set(layout.indicators) - {line.indicator for line in form.lines}
    if not missing:
        return
    index = LineIndex(context.catalog.indicators, layout)
    for candidate in find_form_candidates(workbook, (layout.columns,)):
        if candidate.sheet is context.sheet:
            continue
        name = candidate.sheet.name
        rows = find_rows(candidate.sheet, candidate.header, LAST_ROW + 1, index, Findings({})).rows
        filled = {cell.row for cell in candidate.figures if resembles_figure(cell)}
        lost = [line for line in index.lines if line.indicator in missing and rows.get(line.indicator or "") in filled]
        if lost:
            place = FigurePlace(name, "", lost[0].label)
            context.findings.issue("form_split", place, name, context.sheet.name, lines=str(len(lost)))
