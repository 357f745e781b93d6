"""The decision on outcomes lists what every issue kind does."""

from domain.catalog.catalog import Catalog
from tests.tools.outcomes import PAGE, with_table


def test_the_table_of_outcomes_is_that_of_the_catalogue(catalog: Catalog) -> None:
    """Each reading code and rule has its row; python -m tests.tools.outcomes writes them anew."""
    page = PAGE.read_text("utf-8")
    assert with_table(page, catalog) == page
