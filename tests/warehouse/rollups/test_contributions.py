"""What enters a figure follows from statuses, amounts and overlaps, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from domain.aggregation import Amount, Sums
from domain.indicators import Flow, Indicator, Measure
from domain.issues import Issue, Severity
from domain.rollups import ReportingState
from domain.units import Area, Level, UnitRegister
from domain.waivers import OpenWarning, Waiver
from domain.weights import Direction, StatedWeight, Weights
from tests.warehouse.rollups.plain_values import (
    APRIL,
    FORM,
    MAY,
    NOT_APPLICABLE,
    expected_report,
    indicator,
    link,
    reported,
    status,
    unit,
)
from warehouse.rollups.contributions import FigureInputs, RollupInputs
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport, RollupKey, RollupScope
from warehouse.rollups.subtotals import NewSubtotals
from warehouse.rollups.sums import ReportedAmount
from warehouse.submissions.report_keys import ReportKey

AREA = Area("D", "Huyện D", Level.DISTRICT, date(2000, 1, 1), None, (), date(2025, 5, 31))
FLOW, CUMULATIVE, BY_VILLAGE = indicator(), indicator(Flow.CUMULATIVE), indicator(by_village=True)
SPLIT = link("A", "B", whole=False)
OLD, NEW = replace(unit("A"), valid_to=date(2025, 6, 30)), replace(unit("B"), valid_from=date(2025, 7, 1))


def rollup_inputs(
    figure: Indicator,
    reports: Mapping[ExpectedReport, ReportedAmount | None],
    *,
    before: Sequence[ExpectedReport] = (),
    villages: Mapping[int, ReportedAmount] | None = None,
    register: UnitRegister | None = None,
) -> RollupInputs:
    """Make the inputs of a rollup whose n-th report is the accepted submission n; None: the report is missing."""
    statuses: dict[ReportKey, ReportingStatus] = {}
    amounts: dict[int, dict[str, ReportedAmount]] = {}
    for number, (report, amount) in enumerate(reports.items(), 1):
        statuses[report.key] = status(report, number if amount else None)
        if amount:
            amounts[number] = {figure.id: amount}
    expected = tuple(report for report in reports if report not in before)
    earlier = {figure: tuple(before)} if before else {}
    scope = RollupScope(RollupKey(AREA, FORM, MAY), tuple(reports), {figure: expected}, earlier, ())
    inside = {number: {figure.id: amount} for number, amount in (villages or {}).items()}
    return RollupInputs(
        register or UnitRegister([]), scope, statuses, amounts, inside, {}, {}, NewSubtotals({}, {}, ())
    )


def sums_of(inputs: FigureInputs) -> tuple[Decimal | None, Decimal | None, int]:
    """Return numerator, denominator and number of units."""
    return inputs.sums.numerator, inputs.sums.denominator, inputs.sums.units


def test_amounts_of_units_add_up() -> None:
    """Numerators and denominators are summed apart, and each contribution names its submission."""
    ratio = indicator(measure=Measure.RATIO)
    reports = {expected_report("A"): reported(1, 2), expected_report("B"): reported(30, 40)}
    inputs = rollup_inputs(ratio, reports).figure_inputs(ratio)
    assert sums_of(inputs) == (31, 42, 2)
    assert [(each.key.unit.code, each.submission_id) for each in inputs.contributions] == [("A", 1), ("B", 2)]


def test_missing_report_contributes_nothing() -> None:
    """The sum holds the others only, and the unit is missing."""
    reports = {expected_report("A"): reported(5), expected_report("B"): None}
    inputs = rollup_inputs(FLOW, reports).figure_inputs(FLOW)
    assert sums_of(inputs) == (5, None, 1)
    assert [gap.unit.code for gap in inputs.coverage.not_delivered] == ["B"]


def test_unit_that_misses_a_month_contributes_none_of_its_months() -> None:
    """Nothing is imputed: a part of a quarter is no quarter."""
    reports = {expected_report("A", APRIL): reported(5), expected_report("A", MAY): None}
    inputs = rollup_inputs(FLOW, reports).figure_inputs(FLOW)
    assert inputs.contributions == ()
    assert inputs.sums == Sums(None, None, 0)


def test_flow_adds_up_over_months_as_one_unit() -> None:
    """A month that does not apply takes nothing away from the others."""
    reports = {expected_report("A", APRIL): reported(5), expected_report("A", MAY): NOT_APPLICABLE}
    assert sums_of(rollup_inputs(FLOW, reports).figure_inputs(FLOW)) == (5, None, 1)
    reports = {expected_report("A", APRIL): reported(5), expected_report("A", MAY): reported(7)}
    assert sums_of(rollup_inputs(FLOW, reports).figure_inputs(FLOW)) == (12, None, 1)


def test_amount_of_a_quarantined_report_stays_out() -> None:
    """Only accepted reports contribute, whatever the sums say."""
    report = expected_report("A")
    inputs = rollup_inputs(FLOW, {report: reported(5)})
    refused = {report.key: status(report, 1, ReportingState.QUARANTINED)}
    figure = replace(inputs, statuses=refused).figure_inputs(FLOW)
    assert (figure.contributions, [gap.unit.code for gap in figure.coverage.refused]) == ((), ["A"])


def test_decrease_of_a_cumulative_figure_is_listed() -> None:
    """The last figure enters all the same; the unit is listed with the earlier month."""
    april, may = expected_report("A", APRIL), expected_report("A", MAY)
    inputs = rollup_inputs(CUMULATIVE, {april: reported(9), may: reported(7)}, before=[april])
    figure = inputs.figure_inputs(CUMULATIVE)
    assert sums_of(figure) == (7, None, 1)
    assert [(gap.unit.code, gap.periods) for gap in figure.decreasing] == [("A", (APRIL,))]
    inputs = rollup_inputs(CUMULATIVE, {april: reported(7), may: reported(7)}, before=[april])
    assert inputs.figure_inputs(CUMULATIVE).decreasing == ()


def test_partial_unit_without_a_stated_share_makes_the_figure_not_comparable() -> None:
    """There is no sum, but the contributions stay, so that coverage is known."""
    crossing = expected_report("A", whole=False, ways=((SPLIT,),))
    reports = {crossing: reported(8), expected_report("C"): reported(1)}
    inputs = rollup_inputs(FLOW, reports, register=UnitRegister([OLD, NEW], [SPLIT])).figure_inputs(FLOW)
    assert (inputs.is_comparable, inputs.crossing, inputs.sums) == (False, (crossing,), Sums(None, None, 0))
    assert len(inputs.contributions) == 2


def test_stated_weight_counts_its_part_of_the_figure() -> None:
    """The contribution keeps the whole amount and the weight; their product enters the sum."""
    stated = StatedWeight("A", "B", SPLIT.effective, Direction.FORWARD, None, None, Decimal("0.25"), "CV 12/UBND")
    register = UnitRegister([OLD, NEW], [SPLIT], Weights([stated]))
    crossing = expected_report("A", whole=False, ways=((SPLIT,),))
    reports = {crossing: reported(8), expected_report("C"): reported(1)}
    inputs = rollup_inputs(FLOW, reports, register=register).figure_inputs(FLOW)
    assert (inputs.is_comparable, sums_of(inputs)) == (True, (3, None, 2))
    weighted, whole = inputs.contributions
    assert (weighted.amount, weighted.weight, weighted.weight_source) == (
        Amount(Decimal(8), None),
        Decimal("0.25"),
        "CV 12/UBND",
    )
    assert whole.weight is None
    assert [(report, weight.value) for report, weight in inputs.by_weight] == [(crossing, Decimal("0.25"))]


def test_villages_inside_replace_the_units_whole_amount() -> None:
    """Of an indicator collected by village the sum over the villages inside enters."""
    partial = expected_report("A", whole=False, villages=["A1"])
    inputs = rollup_inputs(BY_VILLAGE, {partial: reported(8)}, villages={1: reported(3)}).figure_inputs(BY_VILLAGE)
    assert (sums_of(inputs), inputs.by_village, inputs.is_comparable) == ((3, None, 1), (partial,), True)


def test_unit_without_a_village_inside_is_not_applicable() -> None:
    """It contributes nothing and is not missing."""
    partial = expected_report("A", whole=False, villages=[])
    inputs = rollup_inputs(BY_VILLAGE, {partial: reported(8)}).figure_inputs(BY_VILLAGE)
    assert (inputs.contributions, inputs.coverage.missing) == ((), 0)
    assert [gap.unit.code for gap in inputs.coverage.not_applicable] == ["A"]


def test_unresolved_unit_makes_the_figure_not_comparable() -> None:
    """Where a succession is unknown no sum is published."""
    inputs = rollup_inputs(FLOW, {expected_report("A"): reported(8)})
    figure = replace(inputs, scope=replace(inputs.scope, unresolved=(unit("Z"),))).figure_inputs(FLOW)
    assert (figure.is_comparable, figure.sums) == (False, Sums(None, None, 0))


def test_warnings_are_listed_for_figures_that_entered() -> None:
    """A warning about the indicator or the whole report counts; of a blank figure only an answered one about it."""
    waiver = Waiver(1, "rule", "checked", "lan", datetime(2025, 6, 1, tzinfo=UTC), date(2025, 12, 31))
    own, whole, other = (Issue("rule", Severity.WARNING, indicator=each) for each in (FLOW.id, None, "other"))
    warnings = tuple(OpenWarning(issue, answer) for issue in (own, whole, other) for answer in (None, waiver))
    report = expected_report("A")
    entered = rollup_inputs(FLOW, {report: reported(8)})
    listed = replace(entered, open_warnings={1: warnings}).figure_inputs(FLOW).open_warnings
    assert [warning for _, warning in listed] == [*warnings[:4]]
    blank = replace(entered, amounts={}, open_warnings={1: warnings}).figure_inputs(FLOW).open_warnings
    assert [warning for _, warning in blank] == [OpenWarning(own, waiver)]
