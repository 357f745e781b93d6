"""What publishing's tests share: revisions and pages built by hand, published folders, the golden file's flag."""

from collections.abc import Callable

import pytest

from domain.catalog.catalog import Catalog
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import write_page
from tests.publishing.revisions import build_revision
from warehouse.queries import Revision


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that writes golden files anew; look at the difference before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew from what is published now")


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be written anew. The default holds where this folder was not named on the command."""
    return bool(pytestconfig.getoption("--update-golden", default=False))


@pytest.fixture(scope="session")
def revision(catalog: Catalog) -> Revision:
    """Revision 1 of Ninh Sơn district, with all eight communes in it."""
    return build_revision(catalog)


@pytest.fixture
def vietnamese(catalog: Catalog) -> ReportFormatter:
    """The texts in Vietnamese."""
    return ReportFormatter(catalog, "vi")


@pytest.fixture
def page_of(catalog: Catalog) -> Callable[..., str]:
    """Write the page of a revision, in Vietnamese unless told otherwise."""

    def write(revision: Revision, lang: str = "vi") -> str:
        words = ReportFormatter(catalog, "en" if lang == "en" else "vi")
        return write_page(assemble(revision, words), words).decode()

    return write
