"""Identification of the form by the lines of its table, if neither stamp, heading nor sheet name states it."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.catalog.catalog import Catalog
from domain.layouts import Layout
from workbooks.cells.addresses import LAST_ROW
from workbooks.cells.cells import Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.tables.form_candidates import find_form_candidates
from workbooks.tables.label_rows import find_rows
from workbooks.tables.line_index import LineIndex


class FormMatch(NamedTuple):
    """A form and the place of the table that has its lines."""

    form: str
    place: FigurePlace


def forms_by_lines(catalog: Catalog, workbook: Workbook) -> Iterator[FormMatch]:
    """Yield each table that has at least half the lines of a form, as labelled in one of its layouts."""
    for layout in catalog.forms.layouts:
        for candidate in find_form_candidates(workbook, (layout.columns,)):
            rows = find_rows(
                candidate.sheet, candidate.header, LAST_ROW + 1, LineIndex(catalog.indicators, layout), Findings({})
            )
            if 2 * len(rows.rows) >= len(_lines(layout)):
                yield FormMatch(layout.form, FigurePlace(candidate.sheet.name, candidate.first_heading))


def _lines(layout: Layout) -> frozenset[str]:
    return frozenset(line.indicator for line in layout.lines if line.indicator is not None)
