"""A back-test of rules that compare the past or neighbours finds just what the nightly runs found."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.periods import parse_period
from tests.builders import Ratio, assignment_for, make_workbook
from tests.flows.actions.test_backtest import found_by_nights, places, tried
from tests.flows.pipeline.nightly_runs import context_of, put, run_plainly
from workbooks.sample.figures import invent_figures
from workbooks.sample.series import SampleSeries

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("runs_publish_figures")]

JANUARY, FEBRUARY = "2025-01", "2025-02"
HEALTH, ACCOUNTS, SERVICES = "hsskdt", "dd_kichhoat", "tthc_phatsinh"
FAR_OFF: Mapping[str, Ratio | int] = {HEALTH: (200, 1000)}
RULES = (
    "outlier",
    "duplicate_figures",
    "copied_return",
    "copied_stocks",
    "stock_falls_far",
    "cumulative_falls",
    "denominator_moves",
)


def figures_of(catalog: Catalog, unit: str, period: str = JANUARY) -> dict[str, Ratio | int]:
    """What a commune's form sheet says where nothing else is asked for."""
    form = invent_figures(SampleSeries(catalog, 1), assignment_for(catalog, unit, period)).form
    return {
        item: (count, form[item, ColumnRole.DENOMINATOR]) if (item, ColumnRole.DENOMINATOR) in form else count
        for (item, role), count in form.items()
        if role is ColumnRole.NUMERATOR
    }


def run_nightly(
    home: Path, catalog: Catalog, name: str, period: str, planted: Mapping[str, Mapping[str, Ratio | int]]
) -> None:
    """Run the pipeline on these communes' reports of a period, with these figures in place of the invented ones."""
    for unit, figures in planted.items():
        workbook = make_workbook(catalog, unit, period, figures=figures)
        put(home / "inbox" / period / unit / f"{name}.xlsx", workbook)
    context = context_of(home, datetime(2025, parse_period(period).last_month, 20, tzinfo=UTC))
    run_plainly(context, name)
    context.engine.dispose()


def test_comparisons_use_the_neighbours_and_past_of_their_time(home: Path, catalog: Catalog) -> None:
    """Medians, twins and copies are those of each run: later, refused or replaced reports change nothing."""
    first = {
        "22810": FAR_OFF,
        "22813": {},
        "22816": {},
        "22819": {},
        "22822": {},
        "22825": {},
        "22828": figures_of(catalog, "22822"),
        # Refused for its accounts, so it is no neighbour, and its other figures are not compared.
        "22831": {ACCOUNTS: (10_001, 10_000), **FAR_OFF},
    }
    run_nightly(home, catalog, "first", JANUARY, first)
    run_nightly(home, catalog, "second", JANUARY, {"22831": {HEALTH: (990, 1000)}, "22828": {}})
    run_nightly(home, catalog, "correction", JANUARY, {"22813": FAR_OFF, "22816": figures_of(catalog, "22819")})
    second = {
        "22819": figures_of(catalog, "22819"),
        "22822": {ACCOUNTS: (2000, 5859), SERVICES: (1, 132), HEALTH: (9000, 12_000)},
        "22825": {},
    }
    run_nightly(home, catalog, "february", FEBRUARY, second)
    context = context_of(home)
    results = {rule: sorted(map(repr, places(tried(context, rule).hits))) for rule in RULES}
    assert results == {rule: sorted(map(repr, found_by_nights(context, rule))) for rule in RULES}
    assert all(results.values())
