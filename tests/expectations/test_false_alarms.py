"""Clean reports raise next to no warning, so that the others are read."""

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from tests.tools.false_alarms import count_false_alarms

MONTHS = [parse_period(f"2025-0{month}") for month in (3, 4, 5)]


def test_fewer_than_one_clean_report_in_twenty_carries_a_warning(catalog: Catalog) -> None:
    """Holds for a district with a register of villages and one without; none is refused."""
    result = count_false_alarms(catalog, ["585", "586"], MONTHS, seed=1)
    assert result.reports > 30
    assert (result.share < 1 / 20, result.refused) == (True, 0)
