"""Accepted reports whose past changed since they were judged, and their further judgements; acceptance stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from domain.submissions import MoveReason, SubmissionState
from domain.units import UnitKey
from warehouse.models import IssueRow, RepairRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.findings import findings_in, issue_of, keep_findings, repair_of
from warehouse.submissions.lifecycle import find_all, log_again
from warehouse.submissions.staging import steps_between


class LaterReport(NamedTuple):
    """An accepted report of which an earlier period's report was accepted, replaced or withdrawn meanwhile."""

    submission_id: int
    unit: UnitKey
    form: str
    period: Period
    layout_version: str | None
    file_name: str


def reports_to_judge_again(session: Session, steps: int) -> tuple[LaterReport, ...]:
    """Return the accepted reports whose history, of so many periods, changed since their last judgement."""
    later, earlier = aliased(SubmissionRow), aliased(SubmissionRow)
    event = SubmissionEventRow
    is_again = event.from_state == event.to_state
    judged = (
        select(event.submission_id, func.max(event.id).label("event"))
        .where((event.to_state == SubmissionState.CHECKED) | is_again)
        .group_by(event.submission_id)
        .subquery()
    )
    is_decision = (event.to_state == SubmissionState.ACCEPTED) | (event.from_state == SubmissionState.ACCEPTED)
    moved = (
        select(event.submission_id, func.max(event.id).label("event"))
        .where(is_decision, event.from_state.is_distinct_from(event.to_state))
        .group_by(event.submission_id)
        .subquery()
    )
    pairs = session.execute(
        select(later, earlier.period)
        .join(judged, judged.c.submission_id == later.id)
        .join(
            earlier,
            (earlier.unit_code == later.unit_code)
            & (earlier.unit_valid_from == later.unit_valid_from)
            & (earlier.form == later.form)
            & (earlier.period < later.period),
        )
        .join(moved, moved.c.submission_id == earlier.id)
        .where(later.state == SubmissionState.ACCEPTED, moved.c.event > judged.c.event)
        .order_by(later.id)
    ).tuples()
    results = {row.id: _later_report(row) for row, past in pairs if _is_within(steps, past, row.period)}
    return tuple(results.values())


def _is_within(steps: int, earlier: str | None, later: str | None) -> bool:
    back = steps_between(earlier, later) if earlier and later else None
    return back is not None and back <= steps


def _later_report(row: SubmissionRow) -> LaterReport:
    if row.unit_code is None or row.unit_valid_from is None or row.form is None or row.period is None:
        raise ValueError(f"submission {row.id} is accepted and has no place")
    unit, period = UnitKey(row.unit_code, row.unit_valid_from), parse_period(row.period)
    return LaterReport(row.id, unit, row.form, period, row.layout_version, row.file_name)


def judge_again(
    session: Session,
    findings: Mapping[int, Sequence[Issue]],
    rules: Collection[str],
    run_id: str,
    at: datetime,
) -> tuple[int, ...]:
    """Record what the rules of history find in accepted reports now; the other findings stay as they were.

    A refusal becomes a warning: the report was accepted, and only a person withdraws it. Of every report a move is
    logged; another judgement is recorded where the findings differ.

    Args:
        session: the session to write in.
        findings: by submission, the issues of those rules.
        rules: the ids of those rules.
        run_id: the run.
        at: the moment, in UTC.

    Returns:
        The submissions with another judgement.
    """
    serialise(session)
    rows = {key: row for key, row in find_all(session, findings).items() if row.state is SubmissionState.ACCEPTED}
    judgements = {key: row.judgement for key, row in rows.items()}
    before: dict[int, list[Issue]] = {key: [] for key in rows}
    for issue_row in findings_in(session, IssueRow, judgements):
        before[issue_row.submission_id].append(issue_of(issue_row))
    changed: list[int] = []
    for key, row in rows.items():
        now = [_as_warning(issue) for issue in findings[key]]
        then = [issue for issue in before[key] if issue.code in rules]
        reason = MoveReason.FINDINGS_UNCHANGED
        if {_key(issue) for issue in now} != {_key(issue) for issue in then}:
            reason = MoveReason.EARLIER_REPORT_CHANGED
            repairs = [repair_of(repair) for repair in findings_in(session, RepairRow, {key: row.judgement})]
            others = [issue for issue in before[key] if issue.code not in rules]
            keep_findings(session, row, [*others, *now], repairs, at)
            changed.append(key)
        log_again(session, row, at, run_id, reason=reason)
    return tuple(changed)


def _as_warning(issue: Issue) -> Issue:
    return replace(issue, severity=Severity.WARNING) if issue.severity is Severity.CRITICAL else issue


def _key(issue: Issue) -> tuple[object, ...]:
    return issue.code, issue.severity, issue.sheet, issue.cell, issue.indicator, issue.unit, issue.found, issue.expected
