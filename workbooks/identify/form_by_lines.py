"""Identification of form and layout by the lines of a table, where no stamp, heading or sheet name states them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from domain.catalog.catalog import Catalog
from domain.layouts import Layout
from workbooks.cells.addresses import LAST_ROW
from workbooks.cells.cells import Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.tables.form_candidates import FormCandidate, find_form_candidates
from workbooks.tables.label_rows import find_rows
from workbooks.tables.line_index import LineIndex


class FormMatch(NamedTuple):
    """A form and the place of the table that has its lines."""

    form: str
    place: FigurePlace


def forms_by_lines(catalog: Catalog, workbook: Workbook) -> Iterator[FormMatch]:
    """Yield each table that has at least half the lines of a form, as labelled in one of its layouts."""
    for layout in catalog.forms.layouts:
        for candidate, lines in _tables(catalog, workbook, layout):
            if 2 * lines >= len(_lines(layout)):
                yield FormMatch(layout.form, FigurePlace(candidate.sheet.name, candidate.first_heading))


def layout_by_lines(catalog: Catalog, workbook: Workbook, layouts: Iterable[Layout], preferred: Layout) -> Layout:
    """Return the layout all of whose lines a workbook has; among several, or without any, the preferred one."""

    def is_whole(layout: Layout) -> bool:
        return any(lines == len(_lines(layout)) for _, lines in _tables(catalog, workbook, layout))

    return next((layout for layout in (preferred, *layouts) if is_whole(layout)), preferred)


def _tables(catalog: Catalog, workbook: Workbook, layout: Layout) -> Iterator[tuple[FormCandidate, int]]:
    """Yield the tables with a layout's headings, each with the number of its lines there."""
    index = LineIndex(catalog.indicators, layout)
    for candidate in find_form_candidates(workbook, (layout.columns,)):
        yield candidate, len(find_rows(candidate.sheet, candidate.header, LAST_ROW + 1, index, Findings({})).rows)


def _lines(layout: Layout) -> frozenset[str]:
    return frozenset(line.indicator for line in layout.lines if line.indicator is not None)
