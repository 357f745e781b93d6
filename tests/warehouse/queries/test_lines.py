"""The lines of a revision that was just made are those that the warehouse returns of it."""

import pytest
from hypothesis import HealthCheck, given, settings

from domain.periods import parse_period
from domain.rollups import Boundary
from tests.examples import examples
from tests.warehouse.rollups.random_histories import RandomHistory, Step, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse.queries import RevisionRef, revision_to_publish
from warehouse.rollups.rollups import make_revision
from warehouse.rollups.scope import RollupKey

PERIODS = (MAY, parse_period("2025-Q2"))


@pytest.mark.long
@pytest.mark.parametrize("area", ["585", "58"])
@pytest.mark.parametrize("boundary", Boundary)
@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True))
def test_lines_just_made_are_those_read(
    builder: WarehouseBuilder, area: str, boundary: Boundary, history: list[Step]
) -> None:
    """Holds for random histories of corrections, withdrawals, exemptions and a merger, of a month and a quarter."""
    shipped, began = builder.catalog, builder.clock
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        for step in history:
            story.apply(step)
            for period in PERIODS:
                drawn = builder.catalog.area(area, FORM, period, boundary, builder.clock.date())
                key = RollupKey(drawn, FORM, period, boundary)
                if draft := make_revision(session, builder.catalog, key, run_id="run-1", at=builder.now()):
                    ref = RevisionRef(area, FORM, period, draft.head.number, boundary, drawn.valid_from)
                    made = revision_to_publish(session, builder.catalog, ref, lines=draft.lines)
                    assert repr(made) == repr(revision_to_publish(session, builder.catalog, ref))  # 1.0 equals 1
    builder.catalog, builder.clock = shipped, began
