"""Samples across 2025-07-01: who reports in which month, and figures of merged communes that go on."""

import pytest

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import parse_period, periods_between
from tests.builders import assignment_for
from workbooks.sample.figures import invent_figures
from workbooks.sample.inbox import reporting_units
from workbooks.sample.series import SampleSeries

JUNE, JULY = parse_period("2025-06"), parse_period("2025-07")


@pytest.mark.parametrize(
    ("area", "last", "counts"),
    [
        # Khánh Hòa with the 62 communes of Ninh Thuận, which it took in, and by itself as long as it had not.
        ("56", "2025-08", [194, 194, 65, 65]),
        ("56", "2025-06", [132, 132]),
        # The old district Ninh Sơn with the commune and the ward of others that went the same way.
        ("585-cu", "2025-07", [10, 10, 5]),
    ],
)
def test_units_report_as_they_are_in_each_period(catalog: Catalog, area: str, last: str, counts: list[int]) -> None:
    """Until the merger the old communes of the whole territory report, since then the new ones."""
    months = periods_between(parse_period("2025-05"), parse_period(last))
    assert [len(units) for _, _, units in reporting_units(catalog, area, months)] == counts


@pytest.mark.parametrize(
    ("new", "old"), [("22810", ("22810", "22819")), ("22822", ("22822", "22807")), ("22738", ("22738", "22831"))]
)
def test_merged_commune_continues_the_figures_of_its_parts(catalog: Catalog, new: str, old: tuple[str, ...]) -> None:
    """People and their accounts in July are those of the old communes in June, up to a month's growth."""
    series = SampleSeries(catalog, 1)
    before = [invent_figures(series, assignment_for(catalog, code, JUNE.id)).form for code in old]
    after = invent_figures(series, assignment_for(catalog, new, JULY.id)).form
    for indicator in ("hsskdt", "dd_kichhoat", "hddt_hkd"):
        for role in (ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR):
            whole = sum(figures[indicator, role] for figures in before)
            assert after[indicator, role] == pytest.approx(whole, rel=0.06, abs=3)
    # What every commune offers is not added up.
    services = ("tthc_phatsinh", ColumnRole.DENOMINATOR)
    assert after[services] == before[0][services]
