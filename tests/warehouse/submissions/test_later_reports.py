"""Accepted reports are judged again when the past or the neighbours that they were judged beside have changed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from tests.warehouse.warehouse_builder import MAY, WARNS, WarehouseBuilder, critical, warning
from warehouse.queries import issues_by_submission
from warehouse.store.engine import reading, transaction
from warehouse.submissions.later_reports import judge_again, reports_to_judge_again
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.runs import finish_run, start_run
from warehouse.submissions.withdrawal import Decision, withdraw

UNIT, FORM, STOCK = "22813", "cds_x_t", "hsskdt"
MARCH, APRIL = parse_period("2025-03"), parse_period("2025-04")


NEIGHBOUR = "22816"
"""A commune of the same district."""


def accept(builder: WarehouseBuilder, period: Period, unit: str = UNIT, count: int = 5, run_id: str = "run-1") -> int:
    """Take a report of a period from delivery to accepted."""
    return builder.accept(builder.report(unit, {STOCK: (count, 10)}, period=period), run_id=run_id)


def finish(builder: WarehouseBuilder, run_id: str, kind: str) -> None:
    """Record a run of a kind that ends now."""
    with transaction(builder.engine) as session:
        start_run(session, run_id, kind, "1", builder.now())
        finish_run(session, run_id, {}, builder.now())


def due(builder: WarehouseBuilder, steps: int = 12) -> list[int]:
    """Return the submissions to judge again."""
    with reading(builder.engine) as session:
        return [later.submission_id for later in reports_to_judge_again(session, steps)]


def again(builder: WarehouseBuilder, submission: int, *issues: Issue) -> Sequence[int]:
    """Record what the rules of history find in a submission now."""
    with transaction(builder.engine) as session:
        return judge_again(session, {submission: issues}, {WARNS: False}, "run-2", builder.now())


def test_reports_in_order_are_not_judged_again(builder: WarehouseBuilder) -> None:
    """Each was judged beside those before it."""
    for period in (MARCH, APRIL, MAY):
        accept(builder, period)
    assert due(builder) == []


def test_later_reports_of_the_unit_within_reach_are_judged_again(builder: WarehouseBuilder) -> None:
    """A month that comes late, or is corrected, changes the past of the later ones, and of no other unit's."""
    april, may = accept(builder, APRIL), accept(builder, MAY)
    accept(builder, MAY, "22816")
    accept(builder, MARCH)
    assert due(builder) == [april, may]
    assert due(builder, steps=1) == [april]
    again(builder, april)
    again(builder, may)
    assert due(builder) == []
    newer = accept(builder, APRIL, count=6)
    assert due(builder) == [may]
    assert newer not in due(builder)


def test_withdrawal_changes_the_past_of_later_reports(builder: WarehouseBuilder) -> None:
    """What was compared with figures that count no longer is judged again."""
    accept(builder, APRIL)
    may = accept(builder, MAY)
    with transaction(builder.engine) as session:
        unit = builder.area(period=APRIL).members[1]
        withdraw(session, ReportKey(unit.key, FORM, APRIL), Decision(DecisionReason("nhầm", "lan"), builder.now()))
    assert due(builder) == [may]


def test_neighbours_of_one_run_are_not_judged_again(builder: WarehouseBuilder) -> None:
    """They were judged beside one another."""
    accept(builder, MAY)
    accept(builder, MAY, NEIGHBOUR)
    assert due(builder) == []


def test_neighbour_of_a_later_run_has_the_others_judged_again(builder: WarehouseBuilder) -> None:
    """Those of its district and period are, once; those of other districts, periods and itself are not."""
    accept(builder, APRIL, "22819")
    accept(builder, MAY, "22636")
    may = accept(builder, MAY)
    newer = accept(builder, MAY, NEIGHBOUR, run_id="run-2")
    assert due(builder) == [may]
    again(builder, may)
    assert due(builder) == []
    accept(builder, MAY, "22822", run_id="run-3")
    assert due(builder) == [may, newer]


@pytest.mark.parametrize(("kind", "expected"), [("nightly", False), ("publish", True)])
def test_changes_before_the_last_judging_run_ended_are_dealt_with(
    builder: WarehouseBuilder, kind: str, *, expected: bool
) -> None:
    """The first run after an upgrade does not judge all reports of all years again for their neighbours."""
    may = accept(builder, MAY)
    accept(builder, MAY, NEIGHBOUR, run_id="run-2")
    finish(builder, "run-2", kind)
    assert due(builder) == ([may] if expected else [])


def test_version_that_is_held_is_no_neighbour(builder: WarehouseBuilder) -> None:
    """Reports of its run were compared with it before it was held."""
    may = builder.check(builder.report(UNIT, {STOCK: (5, 10)}))
    report = builder.report(NEIGHBOUR, {STOCK: (5, 10)})
    held = builder.check(report)
    builder.load(JudgedReport(may, builder.report(UNIT, {STOCK: (5, 10)}), ()))
    builder.load(JudgedReport(held, report, (Issue("every_flow_moved", Severity.HOLD),)))
    assert due(builder) == [may]


def test_value_expected_of_neighbours_is_no_other_finding(builder: WarehouseBuilder) -> None:
    """The middle of a district moves with each report: the sender is not told again for that."""
    may = accept(builder, MAY)
    outlier = replace(warning(STOCK), code="outlier", expected="54")
    for expected, changed in (("54", (may,)), ("55", ())):
        with transaction(builder.engine) as session:
            findings = {may: [replace(outlier, expected=expected)]}
            assert judge_again(session, findings, {"outlier": True}, "run-2", builder.now()) == changed


def test_findings_of_history_are_replaced_and_others_stay(builder: WarehouseBuilder) -> None:
    """What would refuse becomes a warning; the same findings again make no further judgement."""
    other = Issue("required_asked", Severity.WARNING, "Biểu 01-T", "E11", indicator="hd_dvc")
    report = builder.report(UNIT, {STOCK: (5, 10)})
    may = builder.check(report)
    builder.load(JudgedReport(may, report, (warning(STOCK), other)))
    accept(builder, APRIL)
    fall = replace(critical(WARNS), indicator=STOCK)
    assert again(builder, may, fall) == (may,)
    assert again(builder, may, fall) == ()
    with reading(builder.engine) as session:
        issues = issues_by_submission(session, [may])[may]
    assert sorted(issues, key=lambda issue: issue.code) == [other, replace(fall, severity=Severity.WARNING)]


def test_refused_report_is_left_alone(builder: WarehouseBuilder) -> None:
    """Only accepted reports get another judgement."""
    may = builder.refuse(builder.report(UNIT, {STOCK: (5, 10)}))
    accept(builder, APRIL)
    assert due(builder) == []
    assert again(builder, may, warning(STOCK)) == ()
