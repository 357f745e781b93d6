"""Clean reports raise next to no warning, so that the others are read."""

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from tests.tools.false_alarms import count_false_alarms, count_held_corrections

MONTHS = [parse_period(f"2025-0{month}") for month in (3, 4, 5)]


def test_fewer_than_one_clean_report_in_twenty_carries_a_warning(catalog: Catalog) -> None:
    """Holds for a district with a register of villages and one without; none is refused."""
    result = count_false_alarms(catalog, ["585", "586"], MONTHS, seed=1)
    assert result.reports > 30
    assert (result.share < 1 / 20, result.refused) == (True, 0)


def test_ordinary_corrections_are_not_held(catalog: Catalog) -> None:
    """Corrections of a few figures or a whole theme count at once; the next month's report sent as one is held."""
    counts = count_held_corrections(catalog, ["585"], MONTHS[:1], seed=1)
    next_month = counts.pop("next month's figures")
    assert [each.held for each in counts.values()] == [0, 0, 0]
    assert next_month.held == next_month.sent > 5
