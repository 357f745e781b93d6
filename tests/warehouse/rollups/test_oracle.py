"""The sums made by SQL equal those of the reference implementation, whatever was reported."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregation import Sums, published_value
from domain.indicators import Indicator, Measure
from domain.issues import Issue
from domain.observations import CellState, Figure, Observation
from domain.submissions import ParsedReport
from domain.units import Level
from tests.examples import examples
from tests.reference.rollup import WHOLE, Due, FigureShare, reference_rollup
from tests.warehouse.warehouse_builder import FORM, IN_TIME, MAY, WarehouseBuilder, critical, taken_back
from warehouse import queries
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session
from warehouse.submissions.loading import JudgedReport, load
from warehouse.submissions.submissions import Arrival, receive, record_checked, record_parsed

pytestmark = pytest.mark.long

NUMBERS = st.one_of(st.integers(0, 5), st.decimals(0, 10**7, places=2, allow_nan=False, allow_infinity=False)).map(
    Decimal
)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """Draw a cell in any state that can be loaded."""
    state = draw(st.sampled_from([CellState.VALUE, CellState.ZERO, CellState.BLANK, CellState.NOT_APPLICABLE]))
    number = {CellState.VALUE: draw(NUMBERS), CellState.ZERO: Decimal(0)}.get(state)
    return Figure(state, number, "E10", "…")


@st.composite
def runs(draw: st.DrawFn, builder: WarehouseBuilder) -> list[tuple[str, tuple[Observation, ...], bool]]:
    """Draw a sequence of workbooks: the unit, its observations, whether it passes the rules."""
    units = [unit.code for unit in builder.area().members]
    villages = {code: villages_of(builder, code) for code in units}
    history = []
    for _ in range(draw(st.integers(0, 10))):
        unit = draw(st.sampled_from(units))
        observations = []
        for indicator in due(builder):
            places = villages[unit] if indicator.collected_at is Level.VILLAGE else [unit]
            for place in places:
                if draw(st.booleans()) or (place != unit and draw(st.integers(0, 9))):
                    denominator = draw(figures()) if indicator.measure is Measure.RATIO else None
                    observations.append(Observation(place, indicator.id, "Biểu 01-T", draw(figures()), denominator))
        history.append((unit, tuple(observations), draw(st.booleans())))
    return history


def villages_of(builder: WarehouseBuilder, unit: str) -> list[str]:
    """Return the registered villages of a commune."""
    day = builder.catalog.forms.last_day(FORM, MAY)
    return [village.code for village in builder.catalog.units.villages(builder.catalog.units.get(unit, day), day)]


def due(builder: WarehouseBuilder) -> list[Indicator]:
    """Return a ratio and a count collected by commune, and the same by village."""
    return [
        builder.catalog.indicators[builder.indicator_of(measure, level)]
        for level in (Level.COMMUNE, Level.VILLAGE)
        for measure in (Measure.RATIO, Measure.COUNT)
    ]


def take(
    session: Session, builder: WarehouseBuilder, number: int, report: ParsedReport, issues: tuple[Issue, ...]
) -> None:
    """Take one workbook from delivery to its outcome."""
    at = builder.now()
    arrival = Arrival("inbox", f"{number}.xlsx", str(number), f"{number}.xlsx", f"{number:064}", 1, IN_TIME, at)
    submission_id = receive(session, arrival)
    record_parsed(session, {submission_id: report}, at)
    record_checked(session, [submission_id], at)
    load(session, [JudgedReport(submission_id, report, issues)], "run-1", at)


def accepted_reports(
    builder: WarehouseBuilder, indicator: Indicator, history: list[tuple[str, tuple[Observation, ...], bool]]
) -> Iterator[list[Due]]:
    """Yield each unit's last accepted workbook, with the villages that have to report the indicator."""
    for unit, report in {unit: observations for unit, observations, passes in history if passes}.items():
        is_by_village = indicator.collected_at is Level.VILLAGE
        yield [Due(report, FigureShare(frozenset(villages_of(builder, unit))) if is_by_village else WHOLE)]


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sql_rollup_equals_the_plain_sums(builder: WarehouseBuilder, data: st.DataObject) -> None:
    """Holds for random sequences of corrections and refusals: every sum, count of units and value agrees."""
    history = data.draw(runs(builder))
    with taken_back(builder.engine) as session:
        for number, (unit, observations, passes) in enumerate(history):
            commune = builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY))
            report = ParsedReport(commune, MAY, FORM, "2025.1", observations)
            take(session, builder, number, report, () if passes else (critical(),))
        roll_up(session, builder.catalog, builder.area(), FORM, MAY, run_id="run-1", at=builder.now())
        rows = {row.indicator: row for row in queries.revision(session, "585", MAY).rows}
        for indicator in due(builder):
            sums = reference_rollup(indicator, accepted_reports(builder, indicator, history)) or Sums(None, None, 0)
            row = rows[indicator.id]
            assert (row.numerator, row.denominator, row.units_accepted) == (
                sums.numerator,
                sums.denominator,
                sums.units,
            )
            assert row.value == published_value(indicator, sums)
            contributions = [
                contribution
                for contribution in queries.revision(session, "585", MAY).contributions
                if contribution.indicator == indicator.id
            ]
            assert len(contributions) == sums.units
            assert sum((contribution.numerator for contribution in contributions), Decimal(0)) == (sums.numerator or 0)
