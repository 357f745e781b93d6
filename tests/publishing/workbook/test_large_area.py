"""The workbook of an area with more units than are listed: provinces instead of communes, names where they are few."""

import io
from collections import Counter
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.workbook.rollup_workbook import write_workbook
from tests.publishing.revisions import build_revision
from tests.publishing.workbook.test_official_sheets import COVERAGE
from tests.publishing.workbook.test_official_sheets import rows_of as cells_of
from tests.publishing.workbook.test_workbook import rows_of
from warehouse.queries import Revision

Write = Callable[..., Workbook]


@pytest.fixture
def revision(catalog: Catalog) -> Revision:
    """Return a revision with a unit that sent nothing, two that were refused and one that was late."""
    return build_revision(catalog, missing={"22831"}, refused={"22828", "22825"}, late={"22813"})


@pytest.fixture
def written(catalog: Catalog, revision: Revision, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes the workbook of the revision as that of a large area, and opens it."""
    monkeypatch.setattr("publishing.figures.assemble.MOST_UNITS_LISTED", 7)

    def write(most_names: int = 7, edition: int = EDITION) -> Workbook:
        monkeypatch.setattr("publishing.workbook.official_sheets.MOST_UNITS_LISTED", most_names)
        formatter = ReportFormatter(catalog, "vi", edition)
        return openpyxl.load_workbook(io.BytesIO(write_workbook(assemble(revision, formatter, edition), formatter)))

    return write


def test_figures_are_listed_by_province(written: Write, revision: Revision) -> None:
    """Each figure has a row for each province, and no commune's file is named."""
    book = written()
    rows = rows_of(book, "Theo tỉnh")
    assert "Theo xã" not in book.sheetnames
    assert [(row["Mã"], row["Mã tỉnh"], row["Tử số"]) for row in rows] == [
        (row.indicator, "58", float(row.numerator or 0)) for row in revision.rows
    ]
    files = {unit.file.file_name for unit in revision.units if unit.file}
    cells = {cell for sheet in book for row in cells_of(sheet) for cell in row}
    assert cells & files == set()


def test_reports_are_counted_by_province(written: Write) -> None:
    """Expected, accepted, late, returned and missing reports stand in the annex, in short on the official sheet."""
    book = written()
    assert [list(row.values())[2:] for row in rows_of(book, "Đơn vị")] == [[8, 5, 1, 2, 1]]
    assert ["1", "58", "Tỉnh Ninh Thuận", "5/8", 2, 1] in cells_of(book[COVERAGE])


@pytest.mark.parametrize(("most_names", "named"), [(4, 4), (3, 0)])
def test_units_that_are_not_in_time_are_named_where_they_are_few(written: Write, most_names: int, named: int) -> None:
    """Names stand below the counts, of more than can be listed only their number."""
    rows = cells_of(written(most_names)[COVERAGE])
    states = Counter(str(row[3]) for row in rows if len(row) > 4 and str(row[1]).startswith("22"))
    assert states.total() == named
    assert any(str(row[0]).startswith("4 đơn vị chưa gửi") for row in rows if row)


def test_second_edition_lists_communes(written: Write, revision: Revision) -> None:
    """A bundle of the second edition gets the sheets that it was closed with."""
    book = written(edition=SECOND_EDITION)
    assert len(rows_of(book, "Theo xã")) == len(revision.contributions)
    assert len(rows_of(book, "Đơn vị")) == len(revision.units)
