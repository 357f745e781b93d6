"""An area's figures are sums over the units that reported both numbers; the coverage accounts for the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from domain.layouts import Exemption
from domain.periods import parse_period
from domain.rollups import RollupRow, RollupStatus
from domain.units import Level, OrgUnit, UnitRegister
from tests.warehouse.warehouse_builder import FORM, IN_TIME, MAY, TOO_LATE, Cells, WarehouseBuilder, taken_back
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import reading

RATIO, COUNT, VILLAGE_RATIO, VILLAGE_COUNT = "dvc_toantrinh", "hd_dvc", "tcnscd_thon", "tcnscd_tv"


def everyone_gives(builder: WarehouseBuilder, cells: Cells, indicator: str = RATIO, but: tuple[str, ...] = ()) -> None:
    """Every commune of 585 reports the same, but some."""
    for unit in builder.area().members:
        if unit.code not in but:
            builder.accept(builder.report(unit.code, {indicator: cells}))


def row_of(builder: WarehouseBuilder, indicator: str = RATIO, number: int | None = None) -> RollupRow:
    """A row of a revision."""
    return next(row for row in builder.revision(number).rows if row.indicator == indicator)


def villages_of(builder: WarehouseBuilder, unit: str) -> tuple[OrgUnit, ...]:
    """Registered villages of a commune."""
    day = builder.catalog.forms.last_day(FORM, MAY)
    return builder.catalog.units.villages(builder.catalog.units.get(unit, day), day)


def village_figures(
    builder: WarehouseBuilder, unit: str, *, answers: Sequence[Cells] = (), members: Sequence[Cells] = ()
) -> dict[str, dict[str, Cells]]:
    """Make the figures of all registered villages of a commune; other cells for the first ones."""
    villages = villages_of(builder, unit)
    all_answers: list[Cells] = [*answers, *[(1, 1)] * (len(villages) - len(answers))]
    all_members: list[Cells] = [*members, *[(3,)] * (len(villages) - len(members))]
    return {
        village.code: {VILLAGE_RATIO: answer, VILLAGE_COUNT: number}
        for village, answer, number in zip(villages, all_answers, all_members, strict=True)
    }


def test_percentage_is_the_ratio_of_sums(builder: WarehouseBuilder) -> None:
    """1/2 and 30/40 are 31/42, not the mean of 50 % and 75 %."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.accept(builder.report("22816", {RATIO: (30, 40)}))
    assert builder.roll_up() == 1
    row = row_of(builder)
    assert (row.numerator, row.denominator, str(row.value)) == (31, 42, "73.81")


def test_percentage_shows_two_decimals(builder: WarehouseBuilder) -> None:
    """A whole percentage is read as it is published."""
    everyone_gives(builder, (5, 5))
    builder.roll_up()
    assert str(row_of(builder).value) == "100.00"


def test_count_is_the_sum(builder: WarehouseBuilder) -> None:
    """A count has no denominator and no percentage; decimals add up exactly."""
    builder.accept(builder.report("22813", {COUNT: (Decimal("0.1"),)}))
    builder.accept(builder.report("22816", {COUNT: (Decimal("0.2"),)}))
    builder.roll_up()
    row = row_of(builder, COUNT)
    assert (str(row.value), row.denominator) == ("0.3", None)


def test_row_is_complete_when_every_unit_gave_its_figure(builder: WarehouseBuilder) -> None:
    """Eight of eight, nothing to note."""
    everyone_gives(builder, (1, 2))
    builder.roll_up()
    row = row_of(builder)
    assert (row.units_expected, row.units_accepted, row.units_late, row.units_missing) == (8, 8, 0, 0)
    assert (row.status, row.notes) == (RollupStatus.COMPLETE, "")


def test_missing_and_refused_units_make_a_row_partial_and_are_named(builder: WarehouseBuilder) -> None:
    """The notes name missing and refused units by code and name."""
    everyone_gives(builder, (1, 2), but=("22813", "22828"))
    builder.refuse(builder.report("22828", {RATIO: (9, 2)}))
    builder.roll_up()
    row = row_of(builder)
    assert (row.units_expected, row.units_accepted, row.units_missing, row.status) == (8, 6, 2, "partial")
    assert (row.numerator, row.denominator) == (6, 12)
    assert "Chưa có báo cáo: 22813 Xã Lâm Sơn." in row.notes
    assert "22828 Xã Ma Nới" in row.notes


def test_period_without_reports_has_empty_figures(builder: WarehouseBuilder) -> None:
    """Figures of a period without a single report are empty, not zero."""
    builder.roll_up()
    row = row_of(builder)
    assert (row.value, row.numerator, row.denominator, row.attained) == (None, None, None, None)
    assert (row.units_accepted, row.units_missing, row.status) == (0, 8, "partial")


@pytest.mark.parametrize(
    ("cells", "missing", "status"), [((None, 10), 1, "partial"), ((5, None), 1, "partial"), (("x", "x"), 0, "complete")]
)
def test_blank_is_missing_and_not_applicable_is_not_and_neither_counts_as_zero(
    builder: WarehouseBuilder, cells: Cells, missing: int, status: str
) -> None:
    """A unit that left either cell blank enters neither sum; one to which it does not apply is not waited for."""
    everyone_gives(builder, (1, 2), but=("22813",))
    builder.accept(builder.report("22813", {RATIO: cells}))
    builder.roll_up()
    row = row_of(builder)
    assert (row.numerator, row.denominator, row.units_accepted) == (7, 14, 7)
    assert (row.units_missing, row.status) == (missing, status)
    assert "22813 Xã Lâm Sơn" in row.notes


def test_zero_counts(builder: WarehouseBuilder) -> None:
    """Nothing done out of twenty is a figure: it pulls the percentage down."""
    everyone_gives(builder, (1, 2), but=("22813",))
    builder.accept(builder.report("22813", {RATIO: (0, 20)}))
    builder.roll_up()
    row = row_of(builder)
    assert (row.numerator, row.denominator, row.units_accepted, row.status) == (7, 34, 8, "complete")


def test_denominators_that_sum_to_zero_give_no_percentage(builder: WarehouseBuilder) -> None:
    """Nothing out of nothing is no share, and the notes say why."""
    everyone_gives(builder, (0, 0))
    builder.roll_up()
    row = row_of(builder)
    assert (row.value, row.numerator, row.denominator) == (None, 0, 0)
    assert "mẫu số bằng 0" in row.notes


def test_village_figures_are_summed_over_villages(builder: WarehouseBuilder) -> None:
    """A commune's villages count one by one; the commune counts as one unit."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}, village_figures(builder, "22813", answers=[(0, 1)])))
    builder.roll_up()
    teams, members = row_of(builder, VILLAGE_RATIO), row_of(builder, VILLAGE_COUNT)
    assert (teams.numerator, teams.denominator, str(teams.value), teams.units_accepted) == (7, 8, "87.50", 1)
    assert (members.value, members.units_accepted) == (24, 1)


def test_blank_village_is_missing(builder: WarehouseBuilder) -> None:
    """Without the answer, the members or the line of one village, the commune's figure is missing, and it is named."""
    blank: Mapping[str, Mapping[str, Sequence[Cells]]] = {
        "22822": {"members": [(None,)]},
        "22813": {"answers": [(None, None)]},
        "22816": {"answers": [(None, None)], "members": [(None,)]},
        "22825": {"answers": [("x", "x")], "members": [("x",)]},
    }
    figures = {code: village_figures(builder, code, **cells) for code, cells in blank.items()}
    figures["22819"] = dict(list(village_figures(builder, "22819").items())[1:])
    for code, cells in figures.items():
        builder.accept(builder.report(code, {}, cells))
    builder.roll_up()
    teams, members = row_of(builder, VILLAGE_RATIO), row_of(builder, VILLAGE_COUNT)
    assert (teams.units_accepted, teams.units_missing, teams.status) == (2, 6, RollupStatus.PARTIAL)
    assert "chưa điền đủ số liệu của chỉ tiêu này: 22813 Xã Lâm Sơn, 22816 Xã Lương Sơn, 22819" in teams.notes
    assert (members.units_accepted, members.units_missing) == (2, 6)
    assert "22816 Xã Lương Sơn, 22819 Xã Quảng Sơn, 22822 Xã Mỹ Sơn" in members.notes
    assert teams.denominator == len(figures["22822"]) + len(figures["22825"]) - 1


def test_commune_without_a_register_of_villages_owes_no_village_figures(builder: WarehouseBuilder) -> None:
    """It is not expected, so that its area is complete without it; where none has one there is no row."""
    register = builder.catalog.units
    kept = [unit for unit in register.units if unit.level is not Level.VILLAGE or not unit.code.startswith("22813")]
    units = UnitRegister(kept, register.successions, register.weights)
    builder.catalog = replace(builder.catalog, structure_version="fewer villages", units=units)
    for unit in builder.area().members:
        villages = village_figures(builder, unit.code)
        builder.accept(builder.report(unit.code, {RATIO: (1, 2)}, villages))
    builder.roll_up()
    row = row_of(builder, VILLAGE_RATIO)
    assert (row.units_expected, row.units_accepted, row.status, row.notes) == (7, 7, RollupStatus.COMPLETE, "")
    builder.roll_up("22813")
    indicators = {row.indicator for row in builder.revision(area="22813").rows}
    assert RATIO in indicators
    assert VILLAGE_RATIO not in indicators


def test_communes_own_figure_of_a_village_indicator_is_left_out(builder: WarehouseBuilder) -> None:
    """The commune's own sum is not added to the figures of its villages."""
    villages = village_figures(builder, "22813")
    builder.accept(builder.report("22813", {VILLAGE_COUNT: (50,)}, villages))
    builder.roll_up()
    assert row_of(builder, VILLAGE_COUNT).value == 3 * len(villages)


def test_villages_figure_of_a_commune_indicator_is_left_out(builder: WarehouseBuilder) -> None:
    """And the other way round."""
    village = villages_of(builder, "22813")[0]
    builder.accept(builder.report("22813", {COUNT: (50,)}, {village.code: {COUNT: (3,)}}))
    builder.roll_up()
    assert row_of(builder, COUNT).value == 50


@pytest.mark.parametrize(("delivered_at", "late"), [(IN_TIME, 0), (TOO_LATE - timedelta(seconds=1), 0), (TOO_LATE, 1)])
def test_deadline_is_the_end_of_the_day_in_vietnam(
    builder: WarehouseBuilder, delivered_at: datetime, late: int
) -> None:
    """The last second of the last day is in time, the next one is late."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}), builder.arrival(delivered_at=delivered_at))
    builder.roll_up()
    assert row_of(builder).units_late == late


def test_correction_after_the_deadline_is_not_late(builder: WarehouseBuilder) -> None:
    """The first placeable delivery counts, although it was refused."""
    builder.refuse(builder.report("22813", {RATIO: (3, 2)}), builder.arrival(delivered_at=IN_TIME))
    builder.accept(builder.report("22813", {RATIO: (1, 2)}), builder.arrival(delivered_at=TOO_LATE))
    builder.roll_up()
    assert row_of(builder).units_late == 0


def test_first_delivery_after_the_deadline_is_late_and_named(builder: WarehouseBuilder) -> None:
    """A late unit counts all the same, and the notes name it."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}), builder.arrival(delivered_at=TOO_LATE))
    builder.roll_up()
    row = row_of(builder)
    assert (row.units_accepted, row.units_late) == (1, 1)
    assert "Gửi báo cáo sau thời hạn: 22813 Xã Lâm Sơn." in row.notes


def test_figures_of_another_period_and_of_another_area_stay_out(builder: WarehouseBuilder) -> None:
    """A month's district holds its own communes' figures of that month only."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.accept(builder.report("22813", {RATIO: (100, 100)}, period=parse_period("2025-04")))
    outsider = next(unit for unit in builder.area("58").members if unit.parent != "585")
    builder.accept(builder.report(outsider.code, {RATIO: (100, 100)}))
    builder.roll_up()
    assert row_of(builder).numerator == 1
    builder.roll_up("58")
    assert next(row for row in builder.revision(area="58").rows if row.indicator == RATIO).numerator == 101


def test_reused_code_stays_out_of_the_other_units_area(builder: WarehouseBuilder) -> None:
    """What the new commune 22810 reports for August is not the old town's, and the old district has no August."""
    august = parse_period("2025-08")
    builder.accept(builder.report("22810", {RATIO: (1, 2)}, period=august))
    builder.roll_up("56", august)
    units = builder.revision(area="56", period=august).units
    assert {unit.name for unit in units if unit.code == "22810"} == {"Xã Ninh Sơn"}


def test_only_indicators_due_in_the_period_get_a_row(builder: WarehouseBuilder) -> None:
    """Quarterly and half-yearly indicators have no row in May, and one in June, which ends both."""
    builder.roll_up()
    may = {row.indicator for row in builder.revision().rows}
    june = parse_period("2025-06")
    builder.roll_up(period=june)
    rarer = {row.indicator for row in builder.revision(period=june).rows} - may
    assert {builder.catalog.indicators[name].frequency for name in may} == {"month"}
    assert {builder.catalog.indicators[name].frequency for name in rarer} >= {"quarter"}


def test_rows_come_in_the_order_of_the_report(builder: WarehouseBuilder) -> None:
    """The catalogue's order is kept."""
    builder.roll_up()
    order = list(builder.catalog.indicators)
    places = [order.index(row.indicator) for row in builder.revision().rows]
    assert places == sorted(places)


def test_exempt_unit_is_neither_expected_nor_counted(builder: WarehouseBuilder) -> None:
    """A unit exempt from an indicator is not expected, and a figure that it reports all the same is left out."""
    day = builder.catalog.forms.last_day(FORM, MAY)
    exemption = Exemption("22813", FORM, (RATIO,), day, None, "thí điểm")
    obligations = replace(builder.catalog.obligations, exemptions=(exemption,))
    exempt = replace(builder.catalog, version="exempt", obligations=obligations)
    everyone_gives(builder, (1, 2))
    builder.catalog = exempt
    builder.roll_up()
    row = row_of(builder)
    assert (row.units_expected, row.units_accepted, row.numerator, row.status) == (7, 7, 7, "complete")


@pytest.mark.parametrize(("numerator", "attained"), [(199, False), (200, True)])
def test_target_is_attained_at_the_target(builder: WarehouseBuilder, numerator: int, attained: bool) -> None:
    """The row carries the target of its level and year and says whether the value reaches it."""
    target = next(
        other_target
        for other_target in builder.catalog.targets.rows
        if other_target.level == "district" and other_target.value == 100
    )
    builder.accept(builder.report("22813", {target.indicator: (numerator, 200)}))
    builder.roll_up()
    row = row_of(builder, target.indicator)
    assert (row.target, row.target_assumed, row.attained) == (100, target.assumed, attained)


def test_indicator_without_a_target_is_neither_attained_nor_not(builder: WarehouseBuilder) -> None:
    """Without a target the row has no `attained`."""
    promised = {target.indicator for target in builder.catalog.targets.rows}
    builder.roll_up()
    row = next(row for row in builder.revision().rows if row.indicator not in promised)
    assert (row.target, row.target_assumed, row.attained) == (None, None, None)


def test_rolling_up_twice_makes_no_second_revision(builder: WarehouseBuilder) -> None:
    """Nothing moved, nothing is published, whatever the run and the hour."""
    everyone_gives(builder, (1, 2))
    assert builder.roll_up(run_id="run-1") == 1
    assert builder.roll_up(run_id="run-2") is None
    assert builder.revision().run_id == "run-1"


def test_same_figures_from_another_file_make_no_revision(builder: WarehouseBuilder) -> None:
    """A workbook sent again with other bytes and the same figures moves nothing that is published."""
    everyone_gives(builder, (1, 2))
    builder.roll_up()
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    assert builder.roll_up() is None


def test_same_percentage_from_other_counts_is_a_revision(builder: WarehouseBuilder) -> None:
    """50 % of 2 and 50 % of 4 are published with their counts, so the counts moved."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.roll_up()
    builder.accept(builder.report("22813", {RATIO: (2, 4)}))
    assert builder.roll_up() == 2


def test_earlier_revision_reads_as_it_was_made(builder: WarehouseBuilder) -> None:
    """After corrections the first revision keeps its figures and its file."""
    first = builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.roll_up()
    before = builder.revision(1)
    builder.accept(builder.report("22813", {RATIO: (2, 2)}))
    builder.roll_up()
    assert builder.revision(1) == before
    assert before.contributions[0].file.submission_id == first
    assert builder.revision().number == 2


def test_area_without_reporting_units_gets_no_revision(builder: WarehouseBuilder) -> None:
    """An area in which the form is not due has no figures to publish."""
    builder.catalog = replace(builder.catalog, obligations=replace(builder.catalog.obligations, obligations=()))
    assert builder.roll_up() is None


def test_rollup_that_fails_keeps_nothing(builder: WarehouseBuilder) -> None:
    """Killed before its end, a rollup leaves neither rows nor a revision."""
    everyone_gives(builder, (1, 2))
    with taken_back(builder.engine) as session:
        roll_up(session, builder.catalog, builder.area(), FORM, MAY, run_id="run-1", at=builder.now())
    assert builder.roll_up() == 1


def test_sum_of_a_province_may_be_larger_than_any_figure(builder: WarehouseBuilder) -> None:
    """Money in đồng: twelve communes' hundreds of billions are summed, kept, and shown in the view, on both engines."""
    for unit in builder.area("58").members[:12]:
        builder.accept(builder.report(unit.code, {COUNT: (Decimal("999999999999.5"),)}))
    assert builder.roll_up("58") == 1
    (row,) = (other_row for other_row in builder.revision(area="58").rows if other_row.indicator == COUNT)
    assert row.value == row.numerator == Decimal(11999999999994)
    shown = text("SELECT value FROM rollup_current WHERE area = '58' AND indicator = :indicator")
    with reading(builder.engine) as session:
        assert session.scalar(shown, {"indicator": COUNT}) == pytest.approx(11999999999994)
    assert builder.roll_up("58") is None
