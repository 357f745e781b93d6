"""What a commune last reported: the newest accepted figure, never a refused, replaced or blank one."""

from decimal import Decimal

from domain.observations import PastObservation
from domain.periods import parse_period
from domain.units import UnitKey
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.queries.last_known import last_known
from warehouse.store.engine import reading

UNIT = "22813"
MARCH, APRIL = parse_period("2025-03"), parse_period("2025-04")


def known(
    builder: WarehouseBuilder, code: str = UNIT, *, key: UnitKey | None = None
) -> dict[str, tuple[str, Decimal | None]]:
    """Return period and numerator of the last known figures before May, by indicator."""
    unit = key or builder.catalog.units.get(code, builder.catalog.forms.last_day(FORM, MAY)).key
    wanted = ["hsskdt", "tk_15", "tmdt_sp"]
    with reading(builder.engine) as session:
        result: tuple[PastObservation, ...] = last_known(session, unit, FORM, [APRIL, MARCH], wanted)
    return {
        past_observation.observation.indicator: (
            past_observation.period.id,
            past_observation.observation.numerator.number,
        )
        for past_observation in result
    }


def test_the_newest_figure_of_each_counts(builder: WarehouseBuilder) -> None:
    """April's where it was given, March's where April's was left blank, nothing that was not asked for."""
    builder.accept(builder.report(UNIT, {"hsskdt": (1, 9), "tk_15": (2, 9), "vb_dt": (3, 9)}, period=MARCH))
    builder.accept(builder.report(UNIT, {"hsskdt": (4, 9), "tk_15": (None, None)}, period=APRIL))
    assert known(builder) == {"hsskdt": ("2025-04", Decimal(4)), "tk_15": ("2025-03", Decimal(2))}


def test_only_accepted_figures_are_used(builder: WarehouseBuilder) -> None:
    """A refused report is ignored, and of two accepted ones the later counts."""
    builder.accept(builder.report(UNIT, {"hsskdt": (1, 9)}, period=APRIL))
    builder.accept(builder.report(UNIT, {"hsskdt": (2, 9)}, period=APRIL))
    builder.refuse(builder.report(UNIT, {"hsskdt": (3, 9)}, period=APRIL))
    assert known(builder) == {"hsskdt": ("2025-04", Decimal(2))}


def test_period_itself_and_reused_codes_are_ignored(builder: WarehouseBuilder) -> None:
    """May's own report is no history, nor is the report of another unit of the same code."""
    builder.accept(builder.report(UNIT, {"hsskdt": (1, 9)}, period=MAY))
    assert known(builder) == {}
    builder.accept(builder.report("22810", {"hsskdt": (5, 9)}, period=APRIL))
    now = builder.catalog.units.get("22810", builder.catalog.forms.last_day(FORM, parse_period("2025-08"))).key
    assert known(builder, "22810") == {"hsskdt": ("2025-04", Decimal(5))}
    assert known(builder, key=now) == {}
