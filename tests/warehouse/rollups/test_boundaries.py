"""Figures across the changes of 2025-07-01 and 2026-04-30 are summed where shares are known, else not comparable."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupRow
from domain.units import Level, UnitRegister
from domain.weights import Direction, StatedWeight
from tests.warehouse.rollups.regions import (
    ACROSS,
    FIRST_DAY,
    FORMER,
    INSIDE,
    two_provinces,
    with_villages,
    with_weights,
)
from tests.warehouse.warehouse_builder import FORM, MAY, Cells, WarehouseBuilder
from warehouse import queries
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Engine, reading, transaction
from warehouse.store.reference import mirror_catalog

pytestmark = pytest.mark.long

RATIO, FLOW, VILLAGE_COUNT = "hddt_dn", "vb_dt", "tcnscd_tv"
TODAY = date(2025, 12, 1)
AUGUST = parse_period("2025-08")
TEXT = "1667/NQ-UBTVQH15"


@pytest.fixture(scope="session")
def region(catalog: Catalog) -> Catalog:
    """Two provinces of the shipped catalogue."""
    return two_provinces(catalog)


@pytest.fixture
def builder(engine: Engine, region: Catalog) -> WarehouseBuilder:
    """A migrated warehouse that knows the two provinces."""
    return with_catalog(WarehouseBuilder(engine, region), region)


def with_catalog(builder: WarehouseBuilder, catalog: Catalog) -> WarehouseBuilder:
    """Return the builder with another catalogue, mirrored."""
    builder.catalog = catalog
    with transaction(builder.engine) as session:
        mirror_catalog(session, catalog)
    return builder


def made(
    builder: WarehouseBuilder,
    area: str,
    period: Period,
    boundary: Boundary = Boundary.AS_THEN,
    *,
    today: date = TODAY,
    indicator: str = RATIO,
) -> tuple[RollupRow, queries.Explanation]:
    """Roll an area up and read one row of it, with its explanation."""
    where = builder.catalog.area(area, FORM, period, boundary, today)
    with transaction(builder.engine) as session:
        roll_up(session, builder.catalog, where, FORM, period, run_id="run-1", at=builder.now(), boundary=boundary)
    with reading(builder.engine) as session:
        result = queries.explain(session, area, period, indicator, boundary=boundary)
    return result.row, result


def test_new_commune_in_an_old_month_is_what_it_was_made_from(builder: WarehouseBuilder) -> None:
    """Ninh Sơn commune in May 2025 is Tân Sơn town and Quảng Sơn, though its code meant Tân Sơn alone."""
    builder.accept(builder.report("22810", {RATIO: (1, 2)}))
    builder.accept(builder.report("22819", {RATIO: (30, 40)}))
    builder.accept(builder.report("22813", {RATIO: (5, 5)}))
    row, result = made(builder, "22810", MAY, Boundary.AS_NOW)
    assert (row.numerator, row.denominator, row.units_expected, row.status) == (31, 42, 2, "complete")
    assert (row.boundary, result.area_name) == ("as_now", "Xã Ninh Sơn")
    links = {part.contribution.unit: part.contribution.through for part in result.contributions}
    assert {
        code: [(link.old, link.new_name, link.effective) for link in through] for code, through in links.items()
    } == {
        "22810": [("22810", "Xã Ninh Sơn", FIRST_DAY)],
        "22819": [("22819", "Xã Ninh Sơn", FIRST_DAY)],
    }
    assert {link.legal_basis for through in links.values() for link in through} == {TEXT}


def test_reused_code_never_mixes_two_units(builder: WarehouseBuilder) -> None:
    """22810 as it was then is the town alone; as it is now, two communes; each has figures of its own."""
    builder.accept(builder.report("22810", {RATIO: (1, 2)}))
    builder.accept(builder.report("22819", {RATIO: (30, 40)}))
    builder.accept(builder.report("22810", {RATIO: (7, 9)}, period=AUGUST))
    then, _ = made(builder, "22810", MAY)
    now, _ = made(builder, "22810", MAY, Boundary.AS_NOW)
    august, _ = made(builder, "22810", AUGUST)
    assert [(row.numerator, row.denominator, row.revision) for row in (then, now, august)] == [
        (1, 2, 1),
        (31, 42, 1),
        (7, 9, 1),
    ]


def test_ward_across_the_old_line_is_whole_when_its_parts_are(builder: WarehouseBuilder) -> None:
    """Đô Vinh ward in May 2025 is a ward of Phan Rang and Nhơn Sơn of Ninh Sơn: both passed whole into it."""
    builder.accept(builder.report("22738", {RATIO: (1, 2)}))
    builder.accept(builder.report("22831", {RATIO: (3, 4)}))
    row, _ = made(builder, "22738", MAY, Boundary.AS_NOW)
    assert (row.numerator, row.denominator, row.status) == (4, 6, "complete")


def everyone_reports_in_august(builder: WarehouseBuilder) -> None:
    """The five communes that hold the old district's ground report 10 of 20."""
    for code in (*INSIDE, *ACROSS):
        builder.accept(builder.report(code, {RATIO: (10, 20), FLOW: (10, 20)}, period=AUGUST))


def test_old_district_after_its_end_is_not_comparable(builder: WarehouseBuilder) -> None:
    """Two of the five communes lie in it in part: no figure, and the notes name both, their parts and the text."""
    everyone_reports_in_august(builder)
    row, result = made(builder, FORMER, AUGUST)
    assert (row.status, row.value, row.numerator, row.denominator, row.attained) == (
        "not_comparable", None, None, None, None,
    )  # fmt: skip
    assert (row.units_expected, row.units_accepted, row.units_missing) == (5, 5, 0)
    for named in (
        "22822 Xã Mỹ Sơn",
        "22807 Xã Phước Trung → 22822 Xã Mỹ Sơn",
        "22738 Phường Đô Vinh",
        "1667/NQ-UBTVQH15",
    ):
        assert named in row.notes
    assert "22813" not in row.notes
    # 30 of 60 lie inside; of 20 of 40 either only those outside the numerator or only those in it.
    assert "trong khoảng từ 37,50% đến 62,50%" in row.notes
    assert {contribution.contribution.unit for contribution in result.contributions} == {*INSIDE, *ACROSS}


def test_stated_weights_make_it_comparable(builder: WarehouseBuilder, region: Catalog) -> None:
    """With a share stated for both, their figures enter by it, not rounded before the end; the notes say by whom."""
    weights = [
        StatedWeight("22822", "22822", FIRST_DAY, Direction.BACKWARD, None, None, Decimal("0.6213"), "CV 12/UBND"),
        StatedWeight("22738", "22831", FIRST_DAY, Direction.BACKWARD, RATIO, None, Decimal("0.5"), "CV 13/UBND"),
    ]
    with_catalog(builder, with_weights(region, weights))
    everyone_reports_in_august(builder)
    row, result = made(builder, FORMER, AUGUST)
    assert (row.status, row.numerator, row.denominator) == ("complete", Decimal("41.213"), Decimal("82.426"))
    assert row.value == 50
    assert "× 0.6213 (CV 12/UBND)" in row.notes
    assert "× 0.5 (CV 13/UBND)" in row.notes
    parts = {contribution.contribution.unit: contribution.contribution for contribution in result.contributions}
    assert (parts["22822"].numerator, parts["22822"].weight, parts["22822"].weight_source) == (
        10,
        Decimal("0.6213"),
        "CV 12/UBND",
    )
    assert parts["22822"].counted.numerator == Decimal("6.213")
    # One of the two weights was stated for that indicator only.
    other, _ = made(builder, FORMER, AUGUST, indicator=FLOW)
    assert other.status == "not_comparable"
    assert "Đô Vinh" in other.notes
    assert "Mỹ Sơn (" not in other.notes.split("tỷ trọng đã công bố")[0]


def test_village_detail_makes_village_figures_comparable(builder: WarehouseBuilder, region: Catalog) -> None:
    """Figures of villages enter from the villages inside; communes without a register owe none."""
    with_catalog(builder, with_villages(region))
    for code in INSIDE:
        builder.accept(builder.report(code, {RATIO: (1, 2)}, period=AUGUST))
    for code, inside, outside in (("22822", "22822", "22807"), ("22738", "22831", "22738")):
        results = {
            **{f"{code}-{inside}-{number}": {VILLAGE_COUNT: (10,)} for number in (1, 2)},
            **{f"{code}-{outside}-{number}": {VILLAGE_COUNT: (100,)} for number in (1, 2)},
        }
        builder.accept(builder.report(code, {RATIO: (10, 20)}, results, period=AUGUST))
    row, result = made(builder, FORMER, AUGUST, indicator=VILLAGE_COUNT)
    assert (row.status, row.value, row.units_expected, row.units_accepted) == ("complete", 40, 2, 2)
    assert "22822 Xã Mỹ Sơn (2 thôn)" in row.notes
    cells = {
        contribution.contribution.unit: [cell.unit for cell in contribution.contribution.sources]
        for contribution in result.contributions
    }
    assert cells["22822"] == ["22822-22822-1", "22822-22822-2"]
    assert made(builder, FORMER, AUGUST)[0].status == "not_comparable"


@pytest.mark.parametrize(("cells", "entered"), [((None,), False), (("x",), True), ((0,), True)])
def test_village_detail_has_to_be_whole(
    builder: WarehouseBuilder, region: Catalog, cells: tuple[str | int | None], *, entered: bool
) -> None:
    """A blank village keeps its commune's share out and the row partial; not applicable and zero do not."""
    with_catalog(builder, with_villages(region))
    results: dict[str, dict[str, Cells]] = {
        "22822-22822-1": {VILLAGE_COUNT: (10,)},
        "22822-22822-2": {VILLAGE_COUNT: cells},
        "22822-22807-1": {VILLAGE_COUNT: (None,)},
    }
    builder.accept(builder.report("22822", {}, results, period=AUGUST))
    row, _ = made(builder, FORMER, AUGUST, indicator=VILLAGE_COUNT)
    assert (row.value, row.units_accepted) == ((10, 1) if entered else (None, 0))
    assert row.status == "partial"
    assert ("chưa điền đủ số liệu của chỉ tiêu này: 22822" in row.notes) is not entered


def test_old_district_is_no_area_after_its_end(builder: WarehouseBuilder) -> None:
    """585 ended; asked for it in August, the answer names what goes on in its place."""
    with pytest.raises(UsageError, match=FORMER):
        made(builder, "585", AUGUST)


def test_change_of_kind_keeps_a_series_whole(builder: WarehouseBuilder) -> None:
    """A commune until 2026-04-29 and a ward since sums up over the quarter; as now, March is the ward's too."""
    (link, *_) = [
        succession
        for succession in builder.catalog.units.successions
        if succession.effective == date(2026, 4, 30) and succession.old == "25270"
    ]
    quarter = parse_period("2026-Q2")
    for month, number in (("2026-03", 100), ("2026-04", 1), ("2026-05", 10), ("2026-06", 1000)):
        builder.accept(
            builder.report("25270", {FLOW: (number, 2000), RATIO: (number, 2000)}, period=parse_period(month))
        )
    today = date(2026, 7, 1)
    row, result = made(builder, "25270", quarter, today=today, indicator=FLOW)
    assert (row.numerator, row.denominator, row.status, row.units_expected) == (1011, 6000, "complete", 2)
    assert [part.contribution.period.id for part in result.contributions] == ["2026-04", "2026-05", "2026-06"]
    assert [bool(part.contribution.through) for part in result.contributions] == [True, False, False]
    march, _ = made(builder, "25270", parse_period("2026-03"), Boundary.AS_NOW, today=today)
    assert (march.numerator, march.units_expected, link.kind) == (100, 1, "rename")


def test_year_of_a_province_reaches_back_over_the_merger(builder: WarehouseBuilder) -> None:
    """Khánh Hòa in 2025 is drawn as on its last day: both old provinces before July, all of them wholly inside."""
    for code, month in (("22813", "2025-05"), ("22813", "2025-12")):
        builder.accept(builder.report(code, {RATIO: (1, 2), FLOW: (3, 4)}, period=parse_period(month)))
    row, _ = made(builder, "56", parse_period("2025"), indicator=FLOW)
    old = {unit.code for unit in builder.catalog.units.units if unit.level is Level.COMMUNE and unit.valid_to}
    assert row.status == "partial"
    assert row.units_expected > len(builder.catalog.units.descendants("56", TODAY, Level.COMMUNE))
    assert "22813" in old
    stock, result = made(builder, "56", parse_period("2025"))
    assert (stock.numerator, stock.units_accepted) == (1, 1)
    assert [part.contribution.period.id for part in result.contributions] == ["2025-12"]


def test_country_and_unchanged_provinces_need_no_trail(builder: WarehouseBuilder) -> None:
    """The country's territory is unchanged: all units below it count, without following successions."""
    units = UnitRegister(builder.catalog.units.units)  # all successions are unknown
    with_catalog(builder, replace(builder.catalog, version="mute", structure_version="mute", units=units))
    builder.accept(builder.report("22813", {FLOW: (3, 4)}))
    quarter = parse_period("2025-Q3")
    row, _ = made(builder, "VN", quarter, indicator=FLOW)
    assert row.status == "partial"
    year, _ = made(builder, "VN", parse_period("2025"), indicator=FLOW)
    assert year.status == "partial"
    assert year.units_expected > row.units_expected
    merged, _ = made(builder, "56", parse_period("2025"), indicator=FLOW)
    assert merged.status == "not_comparable"
    assert "chưa rõ" in merged.notes
