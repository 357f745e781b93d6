"""A quarter is made from its months: flows add up, the rest is taken last, and each month leads to its cell."""

from decimal import Decimal

from domain.periods import parse_period
from domain.rollups import RollupRow
from tests.warehouse.rollups.random_histories import CUMULATIVE, FLOW, MONTHS, STOCK
from tests.warehouse.warehouse_builder import FORM, Cells, WarehouseBuilder
from warehouse import queries
from warehouse.store.engine import reading

QUARTER = parse_period("2025-Q2")
APRIL, MAY, JUNE = MONTHS
UNIT = "22813"


def give(
    builder: WarehouseBuilder, month: int, *cells: Cells, unit: str = UNIT, indicators: tuple[str, ...] = (FLOW,)
) -> int:
    """A commune reports some indicators of the n-th month of the quarter."""
    results = dict(zip(indicators, cells, strict=True))
    return builder.accept(builder.report(unit, results, period=MONTHS[month - 1]))


def row_of(builder: WarehouseBuilder, indicator: str = FLOW, area: str = UNIT) -> RollupRow:
    """Roll the quarter up and read a row of it."""
    builder.roll_up(area, QUARTER)
    return next(row for row in builder.revision(area=area, period=QUARTER).rows if row.indicator == indicator)


def test_flow_adds_up_and_the_others_are_taken_last(builder: WarehouseBuilder) -> None:
    """1/10, 2/20 and 4/40: the flow is 7/70, the stock and the cumulative 4/40."""
    kinds = (FLOW, STOCK, CUMULATIVE)
    for month, number in ((1, 1), (2, 2), (3, 4)):
        give(builder, month, *[(number, 10 * number)] * 3, indicators=kinds)
    results = {name: row_of(builder, name) for name in kinds}
    assert {name: (row.numerator, row.denominator) for name, row in results.items()} == {
        FLOW: (7, 70),
        STOCK: (4, 40),
        CUMULATIVE: (4, 40),
    }
    assert {row.status for row in results.values()} == {"complete"}
    assert {row.period for row in results.values()} == {"2025-Q2"}


def test_unit_that_lacks_a_month_gives_nothing_to_a_flow(builder: WarehouseBuilder) -> None:
    """Nothing is imputed: two months are no quarter, and the notes name the month that is missing."""
    for month in (1, 3):
        give(builder, month, (1, 2), (1, 2), indicators=(FLOW, STOCK))
    flow, stock = row_of(builder), row_of(builder, STOCK)
    assert (flow.value, flow.units_missing, flow.status) == (None, 1, "partial")
    assert f"Chưa có báo cáo: {UNIT} Xã Lâm Sơn (2025-05)." in flow.notes
    assert (stock.numerator, stock.status) == (1, "complete")


def test_month_without_such_a_figure_is_not_missing(builder: WarehouseBuilder) -> None:
    """Not applicable in one month and a figure in two is a whole figure; never applicable is none."""
    for month, cells in ((1, (1, 2)), (2, ("x", "x")), (3, (3, 4))):
        give(builder, month, cells, ("x", "x"), indicators=(FLOW, "dung_han"))
    flow, never = row_of(builder), row_of(builder, "dung_han")
    assert (flow.numerator, flow.denominator, flow.units_accepted, flow.units_missing) == (4, 6, 1, 0)
    assert (never.value, never.units_accepted, never.units_missing, never.status) == (None, 0, 0, "complete")


def test_cumulative_figure_that_falls_is_noted(builder: WarehouseBuilder) -> None:
    """It is taken last all the same; the notes name the unit and the months that had more."""
    for month, number in ((1, 9), (2, 3), (3, 5)):
        give(builder, month, (number, 10), indicators=(CUMULATIVE,))
    row = row_of(builder, CUMULATIVE)
    assert row.numerator == 5
    assert f"Số lũy kế nhỏ hơn số của kỳ trước trong năm: {UNIT} Xã Lâm Sơn (2025-04)." in row.notes


def test_refused_month_weighs_less_than_one_that_never_came(builder: WarehouseBuilder) -> None:
    """A unit is in one place only: under the gravest of its reasons, with the months of which that is true."""
    give(builder, 1, (1, 2))
    builder.refuse(builder.report(UNIT, {FLOW: (3, 2)}, period=MAY))
    row = row_of(builder)
    assert (row.units_expected, row.units_missing) == (1, 1)
    assert "(2025-06)" in row.notes
    assert "2025-05" not in row.notes


def test_quarter_leads_down_to_each_months_cell(builder: WarehouseBuilder) -> None:
    """Explained, a quarter names three files of a commune, each with its cell, and the months that others lack."""
    files = [give(builder, month, (month, 10)) for month in (1, 2, 3)]
    builder.roll_up(period=QUARTER)
    with reading(builder.engine) as session:
        result = queries.explain(session, "585", QUARTER, FLOW)
    parts = [part.contribution for part in result.contributions]
    assert [
        (other_part.period.id, other_part.file.submission_id, other_part.sources[0].numerator) for other_part in parts
    ] == [
        ("2025-04", files[0], Decimal(1)),
        ("2025-05", files[1], Decimal(2)),
        ("2025-06", files[2], Decimal(3)),
    ]
    assert len(result.absent) == 7 * 3


def test_stock_of_a_quarter_waits_only_for_its_last_month(builder: WarehouseBuilder) -> None:
    """A stock needs only the last month, and only that month's missing reports are noted."""
    give(builder, 3, (1, 2), indicators=(STOCK,))
    builder.roll_up(period=QUARTER)
    with reading(builder.engine) as session:
        result = queries.explain(session, "585", QUARTER, STOCK)
    assert {unit.period for unit in result.absent} == {JUNE}
    assert len(result.absent) == 7


def test_only_the_new_file_is_named_as_cause(builder: WarehouseBuilder) -> None:
    """The month that completes a quarter brings the other months into the sum; it alone is the reason."""
    for month in (1, 2):
        give(builder, month, (1, 2))
    row_of(builder)
    last = give(builder, 3, (1, 2))
    row_of(builder)
    with reading(builder.engine) as session:
        sha256 = queries.submission_record(session, last).file.sha256
    moved = [change for change in builder.revision(area=UNIT, period=QUARTER).changes if change.indicator == FLOW]
    assert {difference.column for difference in moved} >= {"numerator", "value", "status"}
    assert {difference.sha256 for difference in moved} == {sha256}


def test_half_year_expects_every_month(builder: WarehouseBuilder) -> None:
    """It expects six months; a report of any of them counts."""
    give(builder, 3, (1, 2))
    half = parse_period("2025-H1")
    builder.roll_up(period=half)
    result = builder.revision(period=half)
    assert len(result.units) == 6 * 8
    assert [unit.period.id for unit in result.units if unit.file] == ["2025-06"]
    assert {row.status for row in result.rows if row.indicator == FLOW} == {"partial"}


def test_targets_of_a_quarter_are_those_of_its_year(builder: WarehouseBuilder) -> None:
    """The year's promise holds for every period of it."""
    target = next(
        other_target
        for other_target in builder.catalog.targets.rows
        if other_target.level == "district" and other_target.year == 2025
    )
    builder.accept(builder.report(UNIT, {target.indicator: (1, 2)}, period=JUNE))
    builder.roll_up(period=QUARTER)
    row = next(row for row in builder.revision(period=QUARTER).rows if row.indicator == target.indicator)
    assert (row.target, row.attained) == (target.value, Decimal(50) >= target.value)
    assert builder.catalog.forms.last_day(FORM, QUARTER) == builder.catalog.forms.last_day(FORM, JUNE)
