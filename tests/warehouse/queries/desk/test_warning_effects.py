"""How far published headlines rest on what warnings are about, on every engine."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.indicators import Measure
from domain.issues import Issue
from domain.periods import parse_period
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, warning
from warehouse.queries.desk.figures import published_periods
from warehouse.queries.desk.warning_effects import RankedWarning, ranked_warnings
from warehouse.store.engine import reading
from warehouse.submissions.loading import JudgedReport

SMALL, LARGE = "22813", "22816"


@pytest.fixture
def lead(builder: WarehouseBuilder) -> str:
    """Return a headline ratio that communes report."""
    leads = builder.catalog.lead_indicators(tuple(builder.catalog.indicators))
    due = {each.id for each in builder.catalog.due_indicators(FORM, builder.area().members[0], MAY)}
    return next(each for each in leads if each in due and builder.catalog.indicators[each].measure is Measure.RATIO)


def send(builder: WarehouseBuilder, unit: str, indicator: str, cells: tuple[int, int], *issues: Issue) -> None:
    """Send a report with a figure, which is accepted with warnings."""
    report = builder.report(unit, {indicator: cells})
    builder.load(JudgedReport(builder.check(report), report, issues))


def ranked(builder: WarehouseBuilder) -> tuple[RankedWarning, ...]:
    """Return the open warnings as they are ranked now."""
    with reading(builder.engine) as session:
        return ranked_warnings(session, builder.catalog, FORM, MAY, builder.now())


def test_what_moves_a_headline_most_comes_first(builder: WarehouseBuilder, lead: str) -> None:
    """The figure of the large unit moves the district's more than the small one's; another indicator moves none."""
    other = builder.indicator_of(Measure.COUNT)
    about = warning(lead)
    send(builder, SMALL, lead, (5, 10), about, replace(about, indicator=other, code=about.code))
    send(builder, LARGE, lead, (90, 100), about)
    builder.roll_up()
    first, second, last = ranked(builder)
    assert [each.unit.code for each in (first, second, last)] == [LARGE, SMALL, SMALL]
    assert first.effect is not None
    assert second.effect is not None
    assert (first.effect.area, first.effect.indicator) == ("585", lead)
    assert (first.effect.published.quantize(Decimal("0.01")), first.effect.without) == (Decimal("86.36"), Decimal(50))
    assert first.effect.percent > second.effect.percent
    assert last.effect is None


def test_a_figure_that_rests_on_one_unit_rests_wholly_on_it(builder: WarehouseBuilder, lead: str) -> None:
    """Without it nothing is left."""
    send(builder, SMALL, lead, (5, 10), warning(lead))
    builder.roll_up()
    (only,) = ranked(builder)
    assert only.effect is not None
    assert (only.effect.without, only.effect.percent) == (None, Decimal(100))


def test_a_warning_about_the_whole_report_has_its_largest_effect(builder: WarehouseBuilder, lead: str) -> None:
    """On any headline."""
    send(builder, SMALL, lead, (5, 10), replace(warning(lead), indicator=None))
    send(builder, LARGE, lead, (90, 100))
    builder.roll_up()
    (only,) = ranked(builder)
    assert only.effect is not None
    assert only.effect.indicator == lead


def test_unpublished_figures_move_nothing(builder: WarehouseBuilder, lead: str) -> None:
    """The warning is listed nevertheless."""
    send(builder, SMALL, lead, (5, 10), warning(lead))
    (only,) = ranked(builder)
    assert (only.unit.code, only.effect) == (SMALL, None)


def test_the_newest_period_is_the_last_to_end(builder: WarehouseBuilder) -> None:
    """A month that ends after a quarter comes before it, and before the quarter that ends with it."""
    indicator = builder.indicator_of(Measure.COUNT)
    for period in map(parse_period, ("2025-03", "2025-05")):
        builder.accept(builder.report("22813", {indicator: (5,)}, period=period))
        builder.roll_up(period=period)
    builder.roll_up(period=parse_period("2025-Q1"))
    with reading(builder.engine) as session:
        assert [period.id for _, period in published_periods(session)] == ["2025-05", "2025-03", "2025-Q1"]
