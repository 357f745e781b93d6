"""Which form a workbook is by the lines of its table, where neither stamp nor heading nor a sheet's name says so."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.catalog import Catalog
from domain.layouts import Layout
from workbooks.addresses import LAST_ROW
from workbooks.cells import Workbook
from workbooks.findings import Findings, Place
from workbooks.form_candidates import form_like
from workbooks.label_rows import find_rows
from workbooks.line_index import LineIndex


class FormFound(NamedTuple):
    """A form and the heading of the table that has its lines."""

    form: str
    place: Place


def forms_by_lines(catalog: Catalog, workbook: Workbook) -> Iterator[FormFound]:
    """Each table that has at least half the lines of a form, as they are labelled in one of its layouts."""
    for layout in catalog.layouts:
        for candidate in form_like(workbook, (layout.columns,)):
            rows = find_rows(candidate.sheet, candidate.header, LAST_ROW + 1, LineIndex(catalog, layout), Findings({}))
            if 2 * len(rows.rows) >= len(_lines(layout)):
                yield FormFound(layout.form, Place(candidate.sheet.name, candidate.first_heading))


def _lines(layout: Layout) -> frozenset[str]:
    return frozenset(line.indicator for line in layout.lines if line.indicator is not None)
