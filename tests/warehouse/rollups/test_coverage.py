"""Coverage sorts expected units by the outcome of their reports, without a database."""

import pytest

from domain.rollups import ReportingState, RollupStatus
from tests.warehouse.rollups.plain_values import (
    APRIL,
    JUNE,
    MAY,
    NOT_APPLICABLE,
    NOT_REPORTED,
    expected_report,
    reported,
    status,
)
from warehouse.rollups.coverage import Coverage, CoverageGap, coverage_of, sort_units
from warehouse.rollups.sums import ReportedAmount

OUTCOMES = ("reported", "not_applicable", "not_delivered", "refused", "left_blank")
FIGURE, BLANK = (ReportingState.ACCEPTED, reported(1)), (ReportingState.ACCEPTED, NOT_REPORTED)
NONE_TO_REPORT = (ReportingState.ACCEPTED, NOT_APPLICABLE)
REFUSED, MISSING = (ReportingState.QUARANTINED, NOT_REPORTED), (ReportingState.MISSING, NOT_REPORTED)
Report = tuple[ReportingState, ReportedAmount]


def cover(*reports: Report, late: tuple[int, ...] = ()) -> Coverage:
    """Compute the coverage of one unit from its reports for successive months."""
    expected = [expected_report("A", period) for period in (APRIL, MAY, JUNE)[: len(reports)]]
    statuses = {
        report.key: status(report, None if state is ReportingState.MISSING else 1, state, late=number in late)
        for number, (report, (state, _)) in enumerate(zip(expected, reports, strict=True))
    }
    units = sort_units(expected, statuses)
    amounts = [amount for report, (_, amount) in zip(expected, reports, strict=True) if report in units.open_reports]
    return coverage_of(units, amounts)


@pytest.mark.parametrize(
    ("report", "outcome", "missing"),
    [
        (FIGURE, "reported", 0),
        (NONE_TO_REPORT, "not_applicable", 0),
        (BLANK, "left_blank", 1),
        (REFUSED, "refused", 1),
        (MISSING, "not_delivered", 1),
    ],
)
def test_unit_has_exactly_one_outcome(report: Report, outcome: str, missing: int) -> None:
    """Only an absent figure is missing and makes the row partial; "not applicable" does not."""
    coverage = cover(report)
    assert [name for name in OUTCOMES if getattr(coverage, name)] == [outcome]
    assert (coverage.expected, coverage.missing) == (1, missing)
    assert coverage.status is (RollupStatus.PARTIAL if missing else RollupStatus.COMPLETE)


@pytest.mark.parametrize(
    ("reports", "outcome", "periods"),
    [
        ((REFUSED, MISSING, BLANK), "not_delivered", (MAY,)),
        ((BLANK, REFUSED, FIGURE), "refused", (MAY,)),
        ((BLANK, FIGURE, BLANK), "left_blank", (APRIL, JUNE)),
        ((NONE_TO_REPORT, FIGURE, FIGURE), "reported", (MAY, JUNE)),
        ((NONE_TO_REPORT, NONE_TO_REPORT), "not_applicable", (APRIL, MAY)),
    ],
)
def test_gravest_outcome_counts(reports: tuple[Report, ...], outcome: str, periods: tuple[object, ...]) -> None:
    """A unit with several reports is listed once, with the base periods of its gravest outcome."""
    coverage = cover(*reports)
    assert [name for name in OUTCOMES if getattr(coverage, name)] == [outcome]
    assert getattr(coverage, outcome) == (CoverageGap(expected_report("A").unit, periods),)


def test_late_reports_are_listed_whatever_the_outcome() -> None:
    """Lateness is counted beside the outcome, with the months concerned."""
    coverage = cover(FIGURE, REFUSED, late=(1,))
    assert [(gap.unit.code, gap.periods) for gap in coverage.late] == [("A", (MAY,))]
    assert coverage.expected == 1


def test_units_are_ordered_by_key() -> None:
    """Units come by code, whatever the order of the expected reports."""
    expected = [expected_report(code) for code in "CAB"]
    statuses = {report.key: status(report, None) for report in expected}
    coverage = coverage_of(sort_units(expected, statuses), [NOT_REPORTED] * len(expected))
    assert [gap.unit.code for gap in coverage.not_delivered] == ["A", "B", "C"]
    assert coverage.missing == 3


def test_what_is_collected_by_village_may_not_apply_to_a_unit_partly_inside() -> None:
    """Without a village inside the area a unit misses nothing, although no report came; one wholly inside does."""
    partly, wholly = expected_report("A", whole=False), expected_report("B")
    statuses = {report.key: status(report, None, ReportingState.MISSING) for report in (partly, wholly)}
    coverage = coverage_of(sort_units([wholly, partly], statuses), [NOT_APPLICABLE])
    assert [gap.unit.code for gap in coverage.not_applicable] == ["A"]
    assert [gap.unit.code for gap in coverage.not_delivered] == ["B"]


def test_no_expected_unit_is_complete() -> None:
    """Without expected units no figure is missing."""
    coverage = coverage_of(sort_units([], {}), [])
    assert (coverage.expected, coverage.status) == (0, RollupStatus.COMPLETE)
