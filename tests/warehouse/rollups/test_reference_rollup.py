"""Over months and changed boundaries, the sums made by SQL equal the reference implementation."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregation import published_value
from domain.catalog.catalog import Catalog
from domain.extents import Overlap, overlaps, weight_of
from domain.indicators import Indicator
from domain.observations import CellState, Figure, Observation
from domain.periods import Frequency, Period, parse_period
from domain.rollups import Boundary, RollupStatus
from domain.submissions import ParsedReport
from domain.units import Level, OrgUnit, UnitKey
from domain.weights import Direction, StatedWeight
from tests.examples import examples
from tests.reference.rollup import WHOLE, Due, FigureShare, adds_up, reference_rollup
from tests.warehouse.rollups.random_histories import CUMULATIVE, FLOW, STOCK
from tests.warehouse.rollups.regions import FIRST_DAY, FORMER, two_provinces, with_villages, with_weights
from tests.warehouse.rollups.test_boundaries import TODAY
from tests.warehouse.rollups.test_oracle import take
from tests.warehouse.warehouse_builder import FORM, WarehouseBuilder, taken_back
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Engine
from warehouse.store.reference import mirror_catalog

pytestmark = pytest.mark.long

VILLAGE_COUNT, VILLAGE_RATIO = "tcnscd_tv", "tcnscd_thon"
Reports = Mapping[tuple[Period, UnitKey], tuple[Observation, ...]]
ROLLUPS = (
    (FORMER, parse_period("2025-Q3"), Boundary.AS_THEN),
    ("22738", parse_period("2025-Q2"), Boundary.AS_NOW),
    ("22822", parse_period("2025-Q3"), Boundary.AS_THEN),
)


@pytest.fixture(scope="session")
def region(catalog: Catalog) -> Catalog:
    """Return two provinces of the shipped catalogue."""
    return two_provinces(catalog)


@pytest.fixture
def builder(engine: Engine, region: Catalog) -> WarehouseBuilder:
    """Migrate a warehouse; each example mirrors its own catalogue."""
    return WarehouseBuilder(engine, region)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """Draw a cell, most often with a number."""
    number = draw(st.integers(-1, 9))
    if number < 0:
        state = draw(st.sampled_from([CellState.BLANK, CellState.NOT_APPLICABLE]))
        return Figure(state, None, "E10", "")
    return Figure(CellState.VALUE if number else CellState.ZERO, Decimal(number), "E10", str(number))


def requested_indicators(catalog: Catalog) -> list[Indicator]:
    """Return a stock, a flow and a cumulative indicator of communes, and those collected by village."""
    return [catalog.indicators[name] for name in (STOCK, FLOW, CUMULATIVE, VILLAGE_COUNT, VILLAGE_RATIO)]


def catalogs(region: Catalog) -> st.SearchStrategy[Catalog]:
    """Draw the region with weights stated or not, and with or without successions of villages."""
    ends = (("22822", "22822"), ("22738", "22831"))
    weight = st.none() | st.sampled_from([Decimal("0.25"), Decimal("0.6213"), Decimal(0)])

    def build(values: tuple[Decimal | None, ...], *, villages: bool) -> Catalog:
        stated = [
            StatedWeight(origin, into, FIRST_DAY, Direction.BACKWARD, None, None, value, "CV 12/UBND")
            for (origin, into), value in zip(ends, values, strict=True)
            if value is not None
        ]
        weighted = with_weights(region, stated)
        return with_villages(weighted) if villages else weighted

    return st.builds(build, st.tuples(weight, weight), villages=st.booleans())


def members(catalog: Catalog, period: Period, code: str, boundary: Boundary) -> Iterator[tuple[Period, Overlap]]:
    """Yield the overlap of each unit with an area, by base period."""
    area = catalog.area(code, FORM, period, boundary, TODAY)
    for month in period.parts(Frequency.MONTH):
        for overlap in overlaps(catalog.units, area, catalog.forms.last_day(FORM, month)):
            yield month, overlap


@st.composite
def reports(draw: st.DrawFn, catalog: Catalog) -> Reports:
    """Draw what each commune of the rollups reports for each month, one report in ten missing."""
    results: dict[tuple[Period, UnitKey], tuple[Observation, ...]] = {}
    for code, period, boundary in ROLLUPS:
        for month, overlap in members(catalog, period, code, boundary):
            if (month, overlap.unit.key) not in results and draw(st.integers(0, 9)):
                results[month, overlap.unit.key] = tuple(_report(draw, catalog, month, overlap.unit))
    return results


def _report(draw: st.DrawFn, catalog: Catalog, month: Period, unit: OrgUnit) -> Iterator[Observation]:
    villages = [village.code for village in catalog.units.villages(unit, catalog.forms.last_day(FORM, month))]
    for indicator in requested_indicators(catalog):
        for place in villages if indicator.collected_at is Level.VILLAGE else [unit.code]:
            denominator = draw(figures()) if indicator.denominator else None
            yield Observation(place, indicator.id, "Biểu 01-T", draw(figures()), denominator)


def share_of(catalog: Catalog, indicator: Indicator, month: Period, overlap: Overlap) -> FigureShare | None:
    """Return the part of a unit's figure that belongs to the area; None where it is not stated."""
    if overlap.whole and indicator.collected_at is Level.VILLAGE:
        villages = catalog.units.villages(overlap.unit, catalog.forms.last_day(FORM, month))
        return FigureShare(villages=frozenset(village.code for village in villages))
    if overlap.whole:
        return WHOLE
    if indicator.collected_at is Level.VILLAGE and overlap.villages is not None:
        return FigureShare(villages=overlap.villages)
    weight = weight_of(catalog.units, overlap, indicator)
    return FigureShare(weight=weight.value) if weight else None


@settings(max_examples=examples(7), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rollup_over_months_and_boundaries_equals_the_reference(
    builder: WarehouseBuilder, region: Catalog, data: st.DataObject
) -> None:
    """Holds for an abolished district, a ward before it was founded and an unchanged commune, each over a quarter."""
    builder.catalog = data.draw(catalogs(region))
    drawn_reports = data.draw(reports(builder.catalog))
    with taken_back(builder.engine) as session:
        mirror_catalog(session, builder.catalog)
        for number, ((month, key), observations) in enumerate(drawn_reports.items()):
            unit = builder.catalog.units.get(key.code, builder.catalog.forms.last_day(FORM, month))
            take(session, builder, number, ParsedReport(unit, month, FORM, "2025.1", observations), ())
        for code, period, boundary in ROLLUPS:
            cell = RollupKey(builder.catalog.area(code, FORM, period, boundary, TODAY), FORM, period, boundary)
            draft = draft_of(session, builder.catalog, cell, RevisionOrigin(1, "run", builder.clock))
            rows = {row.indicator: row for row in draft.rows}
            for indicator in requested_indicators(builder.catalog):
                units: dict[UnitKey, list[Due]] = {}
                days: set[date] = set()
                months = period.parts(Frequency.MONTH)
                for month, overlap in members(builder.catalog, period, code, boundary):
                    is_due = indicator in builder.catalog.due_indicators(FORM, overlap.unit, month)
                    if is_due and (indicator.flow == "flow" or month == months[-1]):
                        share = share_of(builder.catalog, indicator, month, overlap)
                        due = Due(drawn_reports.get((month, overlap.unit.key)), share)
                        units.setdefault(overlap.unit.key, []).append(due)
                        days.add(builder.catalog.forms.last_day(FORM, month))
                assert (indicator.id in rows) is bool(units)
                if not units:
                    continue
                row = rows[indicator.id]
                sums = reference_rollup(indicator, units.values()) if adds_up(indicator, len(units), days) else None
                assert row.units_expected == len(units)
                assert (row.status is RollupStatus.NOT_COMPARABLE) is (sums is None)
                if sums is None:
                    assert (row.value, row.numerator, row.denominator) == (None, None, None)
                else:
                    assert (row.numerator, row.denominator, row.units_accepted) == (
                        sums.numerator,
                        sums.denominator,
                        sums.units,
                    )
                    assert row.value == published_value(indicator, sums)
