"""Page breaks of a printed template, and texts that fit their cells."""

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.layouts import Line
from tests.builders import assignment_for, make_template, open_workbook
from workbooks.template.form import HEADER_ROW

FIRST = HEADER_ROW + 2


@pytest.fixture(scope="module")
def sheet(catalog: Catalog) -> Worksheet:
    """Return the form sheet of June, which ends a quarter and a half-year."""
    return open_workbook(make_template(catalog, "22813", "2025-06")).worksheets[0]


def breaks(sheet: Worksheet) -> list[int]:
    """Return the rows after which a page ends."""
    return [row_break.id for row_break in sheet.row_breaks.brk]


def test_no_page_ends_with_a_heading(sheet: Worksheet, catalog: Catalog) -> None:
    """Each page begins with a heading and ends with an indicator's line."""
    lines: tuple[Line, ...] = assignment_for(catalog, "22813", "2025-06").layout.lines
    assert len(breaks(sheet)) == 2
    for row in breaks(sheet):
        assert lines[row - FIRST].indicator is not None
        assert lines[row + 1 - FIRST].indicator is None


def test_signatures_share_a_page_with_figures(sheet: Worksheet, catalog: Catalog) -> None:
    """No page holds only signatures."""
    last_line = FIRST + len(assignment_for(catalog, "22813", "2025-06").layout.lines) - 1
    assert max(breaks(sheet)) < last_line


def test_instructions_repeat_their_header(catalog: Catalog) -> None:
    """The table of indicators repeats its header on every page."""
    guide = open_workbook(make_template(catalog, "22813", "2025-06")).worksheets[2]
    row = int(str(guide.print_title_rows).rpartition("$")[2])
    assert [cell.value for cell in guide[row]][:2] == ["STT", "Chỉ tiêu"]
