"""Silent units by period and area, on both engines."""

from datetime import date

import pytest

from domain.units import Level
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.queries.silent_units import SilentPeriod, silent_units
from warehouse.store.engine import reading

DEADLINE = date(2025, 5, 15)


def silent(builder: WarehouseBuilder, today: date, *areas: str) -> tuple[SilentPeriod, ...]:
    """Return the silent units on a day."""
    with reading(builder.engine) as session:
        return silent_units(session, builder.catalog, areas, today)


def test_no_unit_is_silent_in_an_empty_warehouse(builder: WarehouseBuilder) -> None:
    """A warehouse without reports expects none: which areas are its own is not known yet."""
    assert silent(builder, date(2025, 6, 30)) == ()


def test_units_without_report_are_silent_after_the_deadline(builder: WarehouseBuilder) -> None:
    """On the deadline no unit is silent; the day after, all without a report are, refused reports excepted."""
    builder.accept(builder.report("22813", {}))
    builder.refuse(builder.report("22816", {}))
    assert silent(builder, DEADLINE) == ()
    (may,) = silent(builder, date(2025, 5, 16))
    (area,) = may.areas
    assert (may.period, may.deadline, may.days_late, may.working_days_late) == (MAY, DEADLINE, 1, 1)
    assert (area.code, area.level, area.expected, may.count) == ("585", Level.DISTRICT, 8, 6)
    assert {unit.code for unit in area.silent} == {"22810", "22819", "22822", "22825", "22828", "22831"}


def test_weekends_are_days_late_and_no_working_days(builder: WarehouseBuilder) -> None:
    """From Thursday's deadline to Monday four days have passed, two of them working days."""
    builder.accept(builder.report("22813", {}))
    (may,) = silent(builder, date(2025, 5, 19))
    assert (may.days_late, may.working_days_late) == (4, 2)


def test_the_next_period_is_expected_though_nothing_came(builder: WarehouseBuilder) -> None:
    """Once a commune reported, its area is expected every period; newest first, each with its own deadline."""
    builder.accept(builder.report("22813", {}))
    june, may = silent(builder, date(2025, 6, 30))
    assert [item.period.id for item in (june, may)] == ["2025-06", "2025-05"]
    assert (june.count, may.count) == (8, 7)


@pytest.mark.parametrize(("areas", "count"), [(("585",), 7), (("585", "22816"), 7), (("22816",), 1), (("00000",), 0)])
def test_configured_areas_determine_the_expected_units(
    builder: WarehouseBuilder, areas: tuple[str, ...], count: int
) -> None:
    """A district's or commune's own units are expected, each once; an unknown code expects none."""
    builder.accept(builder.report("22813", {}))
    result = silent(builder, date(2025, 5, 20), *areas)
    assert sum(silent_unit.count for silent_unit in result) == count


def test_after_the_merger_the_communes_of_the_province_are_expected(builder: WarehouseBuilder) -> None:
    """Districts ended: the area right above a commune is its province by then."""
    period = MAY.shift(2)
    unit = builder.catalog.owing_units(FORM, "56", period)[0]
    builder.accept(builder.report(unit.code, {}, period=period))
    (july,) = silent(builder, date(2025, 7, 20))
    assert [(area.code, area.level) for area in july.areas] == [("56", Level.PROVINCE)]
