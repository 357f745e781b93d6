"""Fixtures of the publishing tests: revisions and pages built by hand, and the flag that updates golden files."""

from collections.abc import Callable

import pytest

from domain.catalog.catalog import Catalog
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import write_page
from tests.publishing.revisions import build_revision
from warehouse.queries import Revision


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that rewrites golden files; review the difference before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew from what is published now")


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    """Tell whether golden files are rewritten; False where this folder was not named on the command line."""
    return bool(pytestconfig.getoption("--update-golden", default=False))


@pytest.fixture(scope="session")
def revision(catalog: Catalog) -> Revision:
    """Build revision 1 of Ninh Sơn district, with all eight communes."""
    return build_revision(catalog)


@pytest.fixture
def vietnamese(catalog: Catalog) -> ReportFormatter:
    """Format in Vietnamese."""
    return ReportFormatter(catalog, "vi")


@pytest.fixture
def page_of(catalog: Catalog) -> Callable[..., str]:
    """Render the page of a revision, in Vietnamese by default."""

    def write(revision: Revision, lang: str = "vi") -> str:
        formatter = ReportFormatter(catalog, "en" if lang == "en" else "vi")
        return write_page(assemble(revision, formatter), formatter).decode()

    return write
