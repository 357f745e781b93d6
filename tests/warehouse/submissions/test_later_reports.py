"""Accepted reports are judged again when the past that they were judged beside has changed."""

from collections.abc import Sequence
from dataclasses import replace

from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from tests.warehouse.warehouse_builder import MAY, WARNS, WarehouseBuilder, critical, warning
from warehouse.queries import issues_by_submission
from warehouse.store.engine import reading, transaction
from warehouse.submissions.later_reports import judge_again, reports_to_judge_again
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, withdraw

UNIT, FORM, STOCK = "22813", "cds_x_t", "hsskdt"
MARCH, APRIL = parse_period("2025-03"), parse_period("2025-04")


def accept(builder: WarehouseBuilder, period: Period, unit: str = UNIT, count: int = 5) -> int:
    """Take a report of a period from delivery to accepted."""
    return builder.accept(builder.report(unit, {STOCK: (count, 10)}, period=period))


def due(builder: WarehouseBuilder, steps: int = 12) -> list[int]:
    """Return the submissions to judge again."""
    with reading(builder.engine) as session:
        return [later.submission_id for later in reports_to_judge_again(session, steps)]


def again(builder: WarehouseBuilder, submission: int, *issues: Issue) -> Sequence[int]:
    """Record what the rules of history find in a submission now."""
    with transaction(builder.engine) as session:
        return judge_again(session, {submission: issues}, {WARNS}, "run-2", builder.now())


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
