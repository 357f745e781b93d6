"""Incremental rollups equal rollups of everything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from domain.periods import parse_period
from domain.vietnam_time import day_in_vietnam
from tests.examples import examples
from tests.warehouse.rollups.random_histories import MONTHS, STOCK, Merge, RandomHistory, Send, Step, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse import queries
from warehouse.models import RollupSeenRow
from warehouse.rollups.due import record_all_rolled_up
from warehouse.rollups.reviews import newest_position
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session, reading

pytestmark = pytest.mark.long

AREAS = ("585", "58", "22813")
AFTER_ALL = date(2026, 1, 1)
MAY_NIGHT = date(2025, 5, 21)
LONGER = tuple(map(parse_period, ("2025-Q2", "2025-H1")))


def look(session: Session, builder: WarehouseBuilder, today: date = AFTER_ALL) -> list[tuple[str, str]]:
    """Roll up all due figures and record it, as a nightly run does; return their areas and periods."""
    position = newest_position(session)
    result = queries.areas_touched(session, builder.catalog, AREAS, today=today)
    for entry in result:
        roll_up(session, builder.catalog, entry.area, entry.form, entry.period, run_id="run-1", at=builder.now())
    record_all_rolled_up(session, builder.catalog, AREAS, position, today=today)
    return [(item.area.code, item.period.id) for item in result]


def moved_by_looking_at_everything(session: Session, builder: WarehouseBuilder) -> list[tuple[str, str]]:
    """Return known areas and periods that a full rollup still changes: there may be none."""
    moved = []
    for row in session.query(RollupSeenRow).all():
        period = parse_period(row.period)
        area = builder.catalog.area(row.area_code, row.form, period, row.boundary, AFTER_ALL)
        if roll_up(session, builder.catalog, area, row.form, period, run_id="run-2", at=builder.now()) is not None:
            moved.append((row.area_code, row.period))
    return moved


@settings(max_examples=examples(7), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True))
def test_looking_where_something_moved_equals_looking_everywhere(
    builder: WarehouseBuilder, history: list[Step]
) -> None:
    """Holds for random histories of corrections, withdrawals, late files, expiring answers and a merger."""
    shipped, began = builder.catalog, builder.clock
    builder.clock = datetime(2026, 1, 1, tzinfo=UTC)
    with taken_back(builder.engine) as session:
        story = RandomHistory(builder, session)
        for step in history:
            story.apply(step)
            today = day_in_vietnam(builder.clock)
            look(session, builder, today)
            assert moved_by_looking_at_everything(session, builder) == []
            assert look(session, builder, today) == []
    builder.catalog, builder.clock = shipped, began


def test_month_draws_its_quarter_and_half_year_along(builder: WarehouseBuilder) -> None:
    """With the first report for June its quarter and half-year are due as well."""
    for month in MONTHS:
        builder.accept(builder.report("22813", {STOCK: (1, 2)}, period=month))
    with taken_back(builder.engine) as session:
        result = look(session, builder)
    assert [item for item in result if item[0] == "585"] == [
        ("585", "2025-04"),
        ("585", "2025-05"),
        ("585", "2025-06"),
        ("585", "2025-Q2"),
        ("585", "2025-H1"),
    ]


def test_quarter_waits_for_its_last_day_and_its_last_month(builder: WarehouseBuilder) -> None:
    """A quarter is not due on its last day, nor before its last month has a report."""
    builder.accept(builder.report("22813", {STOCK: (1, 2)}))
    last_day = builder.catalog.forms.last_day(FORM, LONGER[0])
    with taken_back(builder.engine) as session:
        assert look(session, builder, AFTER_ALL) == [("585", "2025-05"), ("58", "2025-05"), ("22813", "2025-05")]
    builder.accept(builder.report("22813", {STOCK: (1, 2)}, period=MONTHS[2]))
    for day, is_due in ((last_day, False), (last_day + timedelta(days=1), True)):
        with taken_back(builder.engine) as session:
            assert (("585", "2025-Q2") in look(session, builder, day)) is is_due


def test_correction_of_a_month_touches_the_quarter(builder: WarehouseBuilder) -> None:
    """A correction of April makes the quarter due too, but no unchanged month."""
    for month in MONTHS:
        builder.accept(builder.report("22813", {STOCK: (1, 2)}, period=month))
    with taken_back(builder.engine) as session:
        look(session, builder)
        RandomHistory(builder, session).apply(
            Send("22813", MONTHS[0], (2, 2, 2, 2, 2, 2), passes=True, late=False, asks=False)
        )
        assert [item for item in look(session, builder) if item[0] == "585"] == [
            ("585", "2025-04"),
            ("585", "2025-Q2"),
            ("585", "2025-H1"),
        ]


def test_change_of_structure_makes_every_figure_due_once(builder: WarehouseBuilder) -> None:
    """A changed target or unit makes every figure due, once."""
    builder.accept(builder.report("22813", {STOCK: (1, 2)}))
    builder.roll_up()
    with taken_back(builder.engine) as session:
        RandomHistory(builder, session).apply(Merge())
        assert look(session, builder)[:1] == [("585", "2025-05")]
        assert look(session, builder) == []


def test_other_texts_make_nothing_due(builder: WarehouseBuilder) -> None:
    """A catalogue that differs only in texts makes no figure due."""
    builder.accept(builder.report("22813", {STOCK: (1, 2)}))
    builder.roll_up()
    builder.catalog = replace(builder.catalog, version="other texts")
    with reading(builder.engine) as session:
        assert queries.areas_touched(session, builder.catalog, ["585"], today=AFTER_ALL) == ()


def test_earlier_delivery_of_the_same_bytes_touches_the_area(builder: WarehouseBuilder) -> None:
    """A unit that was late is in time when its file turns out to bear an earlier time."""
    arrival = builder.arrival("a.xlsx")
    builder.accept(
        builder.report("22813", {STOCK: (1, 2)}),
        replace(arrival, delivered_at=arrival.delivered_at + timedelta(days=9)),
    )
    builder.roll_up()
    assert {row.units_late for row in builder.revision().rows} == {1}
    builder.receive(replace(arrival, fingerprint="other"))
    with reading(builder.engine) as session:
        (due,) = queries.areas_touched(session, builder.catalog, ["585"], today=MAY_NIGHT)
    assert due.period == MAY
    builder.roll_up()
    assert {row.units_late for row in builder.revision().rows} == {0}
