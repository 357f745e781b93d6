"""What the tests of the workbook share: revisions' workbooks, read back."""

import io
from collections.abc import Callable
from functools import cache

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.workbook.rollup_workbook import write_workbook
from warehouse.queries import Revision

Open = Callable[[Revision], Workbook]


@pytest.fixture(scope="session")
def opened(catalog: Catalog, revision: Revision) -> Open:
    """Return a function that writes a revision's workbook and opens it for reading, that of `revision` once."""
    vietnamese = ReportFormatter(catalog, "vi")

    def written(of: Revision) -> Workbook:
        return openpyxl.load_workbook(io.BytesIO(write_workbook(assemble(of, vietnamese), vietnamese)))

    usual = cache(lambda: written(revision))
    return lambda of: usual() if of is revision else written(of)
