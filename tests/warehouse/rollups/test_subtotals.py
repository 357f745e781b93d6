"""Rollups that share subtotals and contributions with earlier revisions equal rollups of all reports."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from domain.periods import parse_period
from domain.rollups import Boundary
from tests.examples import examples
from tests.warehouse.rollups.random_histories import STOCK, RandomHistory, Step, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse import queries
from warehouse.models import RollupContributionRow, RollupSourceRow, RollupSubtotalRow
from warehouse.rollups import contributions
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import reading

AREAS = ("585", "58")
PERIODS = (MAY, parse_period("2025-Q2"))


def revisions_of(builder: WarehouseBuilder, history: list[Step]) -> list[Any]:
    """Apply a history, roll up after each step, and return each revision without the numbers of its files."""
    shipped, began = builder.catalog, builder.clock
    results: list[Any] = []
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        for step in history:
            story.apply(step)
            for area, period, boundary in (
                (area, period, each) for area in AREAS for period in PERIODS for each in Boundary
            ):
                drawn = builder.catalog.area(area, FORM, period, boundary, builder.clock.date())
                at = builder.now()
                number = roll_up(
                    session, builder.catalog, drawn, FORM, period, run_id="run-1", at=at, boundary=boundary
                )
                if number is not None:
                    made = queries.revision(session, area, period, number, boundary=boundary)
                    given_by = [each._replace(file=each.file.sha256) for each in made.contributions]  # type: ignore[arg-type] # compared only
                    results.append((area, period, boundary, made.rows, made.changes, made.asked, given_by))
    builder.catalog, builder.clock = shipped, began
    return results


@pytest.mark.long
@settings(max_examples=examples(7), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True))
def test_revisions_that_share_equal_those_that_do_not(builder: WarehouseBuilder, history: list[Step]) -> None:
    """Holds for random histories with a merger: figures, changes with their files, contributions with their cells."""
    shared = revisions_of(builder, history)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contributions, "inputs_of_subtotals", lambda *_: {})
        assert shared == revisions_of(builder, history)


def test_correction_stores_contributions_of_its_district_alone(builder: WarehouseBuilder) -> None:
    """The province takes those of its districts, of which the other one's are older."""
    for unit in ("22813", "22738"):
        builder.accept(builder.report(unit, {STOCK: (1, 2)}))
    sources = []
    for numbers in ((1, 2), (2, 2)):
        builder.accept(builder.report("22813", {STOCK: numbers}))
        for area in ("585", "58"):
            builder.roll_up(area)
        with reading(builder.engine) as session:
            source, stored, subtotal = RollupSourceRow, RollupContributionRow, RollupSubtotalRow
            last = session.scalar(select(func.max(source.revision_id)))
            of_last = select(source.above_code, source.stored_by).where(source.revision_id == last)
            sources.append(dict(session.execute(of_last).tuples().all()))
            assert session.scalar(select(func.count()).where(stored.revision_id == last)) == len(sources) % 2
            assert session.scalar(select(func.count(subtotal.inputs_sha256))) == len(sources) + 1
    before, after = sources
    assert before.keys() == after.keys()
    assert [above for above in before if before[above] != after[above]] == ["585"]
