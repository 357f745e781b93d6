"""Only what moved is looked at again, and that is as good as looking at everything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings

from domain.periods import parse_period
from domain.placing import day_in_vietnam
from tests.warehouse.rollups.random_histories import MONTHS, STOCK, Merge, Send, Step, Story, histories
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse import queries
from warehouse.models import RollupSeenRow
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Session, reading

AREAS = ("585", "58", "22813")
AFTER_ALL = date(2026, 1, 1)
MAY_NIGHT = date(2025, 5, 21)
LONGER = tuple(map(parse_period, ("2025-Q2", "2025-H1")))


def look(session: Session, house: WarehouseBuilder, today: date = AFTER_ALL) -> list[tuple[str, str]]:
    """Roll up what is due; which areas and periods that was."""
    found = queries.areas_touched(session, house.catalog, AREAS, today=today)
    for one in found:
        roll_up(session, house.catalog, one.area, one.form, one.period, run_id="run-1", at=house.now())
    return [(one.area.code, one.period.id) for one in found]


def moved_by_looking_at_everything(session: Session, house: WarehouseBuilder) -> list[tuple[str, str]]:
    """Areas and periods that were made before and that a look at everything still moves: there may be none."""
    moved = []
    for row in session.query(RollupSeenRow).all():
        period = parse_period(row.period)
        area = house.catalog.area(row.area_code, row.form, period, row.boundary, AFTER_ALL)
        if roll_up(session, house.catalog, area, row.form, period, run_id="run-2", at=house.now()) is not None:
            moved.append((row.area_code, row.period))
    return moved


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(with_structure=True))
def test_looking_where_something_moved_equals_looking_everywhere(house: WarehouseBuilder, history: list[Step]) -> None:
    """Random nights: corrections, withdrawals, late files, files read again, answers that expire, a merger."""
    shipped, began = house.catalog, house.clock
    house.clock = datetime(2026, 1, 1, tzinfo=UTC)
    with taken_back(house.engine) as session:
        story = Story(house, session)
        for step in history:
            story.tell(step)
            today = day_in_vietnam(house.clock)
            look(session, house, today)
            assert moved_by_looking_at_everything(session, house) == []
            assert look(session, house, today) == []
    house.catalog, house.clock = shipped, began


def test_month_draws_its_quarter_and_half_year_along(house: WarehouseBuilder) -> None:
    """June is the last month of a quarter and a half-year: with its first report they are looked at as well."""
    for month in MONTHS:
        house.accept(house.report("22813", {STOCK: (1, 2)}, period=month))
    with taken_back(house.engine) as session:
        found = look(session, house)
    assert [one for one in found if one[0] == "585"] == [
        ("585", "2025-04"),
        ("585", "2025-05"),
        ("585", "2025-06"),
        ("585", "2025-Q2"),
        ("585", "2025-H1"),
    ]


def test_quarter_waits_for_its_last_day_and_its_last_month(house: WarehouseBuilder) -> None:
    """A quarter is not looked at on its last day, nor before anything came for its last month."""
    house.accept(house.report("22813", {STOCK: (1, 2)}))
    last_day = house.catalog.last_day(FORM, LONGER[0])
    with taken_back(house.engine) as session:
        assert look(session, house, AFTER_ALL) == [("585", "2025-05"), ("58", "2025-05"), ("22813", "2025-05")]
    house.accept(house.report("22813", {STOCK: (1, 2)}, period=MONTHS[2]))
    for day, is_due in ((last_day, False), (last_day + timedelta(days=1), True)):
        with taken_back(house.engine) as session:
            assert (("585", "2025-Q2") in look(session, house, day)) is is_due


def test_correction_of_a_month_touches_the_quarter(house: WarehouseBuilder) -> None:
    """What moved in April is looked at in the quarter too, and a month that did not move is let be."""
    for month in MONTHS:
        house.accept(house.report("22813", {STOCK: (1, 2)}, period=month))
    with taken_back(house.engine) as session:
        look(session, house)
        Story(house, session).tell(Send("22813", MONTHS[0], (2, 2, 2, 2, 2, 2), passes=True, late=False, asks=False))
        assert [one for one in look(session, house) if one[0] == "585"] == [
            ("585", "2025-04"),
            ("585", "2025-Q2"),
            ("585", "2025-H1"),
        ]


def test_change_of_structure_makes_every_figure_due_once(house: WarehouseBuilder) -> None:
    """Another target or another unit may move any figure; once looked at under it, none is due."""
    house.accept(house.report("22813", {STOCK: (1, 2)}))
    house.roll_up()
    with taken_back(house.engine) as session:
        Story(house, session).tell(Merge())
        assert look(session, house)[:1] == [("585", "2025-05")]
        assert look(session, house) == []


def test_other_texts_make_nothing_due(house: WarehouseBuilder) -> None:
    """A catalogue that differs only in what is said moves no figure."""
    house.accept(house.report("22813", {STOCK: (1, 2)}))
    house.roll_up()
    house.catalog = replace(house.catalog, version="other texts")
    with reading(house.engine) as session:
        assert queries.areas_touched(session, house.catalog, ["585"], today=AFTER_ALL) == ()


def test_earlier_delivery_of_the_same_bytes_touches_the_area(house: WarehouseBuilder) -> None:
    """A unit that was late is in time when its file turns out to have come earlier by another way."""
    arrival = house.arrival("a.xlsx")
    house.accept(
        house.report("22813", {STOCK: (1, 2)}), replace(arrival, delivered_at=arrival.delivered_at + timedelta(days=9))
    )
    house.roll_up()
    assert {row.units_late for row in house.revision().rows} == {1}
    house.receive(replace(arrival, path="elsewhere/a.xlsx", fingerprint="other"))
    with reading(house.engine) as session:
        (due,) = queries.areas_touched(session, house.catalog, ["585"], today=MAY_NIGHT)
    assert due.period == MAY
    house.roll_up()
    assert {row.units_late for row in house.revision().rows} == {0}
