"""Accepted reports whose past or neighbours changed since they were judged, and their further judgements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Subquery, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from domain.submissions import MoveReason, SubmissionState
from domain.units import UnitKey
from warehouse.models import IssueRow, OrgUnitRow, RepairRow, RunRow, SubmissionEventRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, serialise
from warehouse.submissions.findings import findings_in, issue_of, keep_findings, repair_of
from warehouse.submissions.lifecycle import find_all, log_again
from warehouse.submissions.runs import JUDGING_RUNS
from warehouse.submissions.staging import steps_between


class LaterReport(NamedTuple):
    """An accepted report with which a report that changed meanwhile was, or would have been, compared."""

    submission_id: int
    unit: UnitKey
    form: str
    period: Period
    layout_version: str | None
    file_name: str


def reports_to_judge_again(session: Session, steps: int) -> tuple[LaterReport, ...]:
    """Return the accepted reports whose history, of so many periods, or neighbours changed since they were judged."""
    judged = _last_judgements()
    results = {row.id: _later_report(row) for row in _with_changed_history(session, judged, steps)}
    results |= {row.id: _later_report(row) for row in _with_changed_neighbours(session, judged)}
    return tuple(results[key] for key in sorted(results))


def _last_judgements() -> Subquery:
    """Return SQL for the number of the last event by which each submission was judged."""
    event = SubmissionEventRow
    return (
        select(event.submission_id, func.max(event.id).label("event"))
        .where(_is_judgement())
        .group_by(event.submission_id)
        .subquery()
    )


def _is_judgement() -> ColumnElement[bool]:
    """Return SQL for events by which a submission was judged, or judged again."""
    event = SubmissionEventRow
    return (event.to_state == SubmissionState.CHECKED) | (event.from_state == event.to_state)


def _is_decision() -> ColumnElement[bool]:
    """Return SQL for events from which on a submission counts, or counts no longer."""
    event = SubmissionEventRow
    changes = (event.to_state == SubmissionState.ACCEPTED) | (event.from_state == SubmissionState.ACCEPTED)
    return changes & event.from_state.is_distinct_from(event.to_state)


def _with_changed_history(session: Session, judged: Subquery, steps: int) -> Iterator[SubmissionRow]:
    """Yield the accepted reports of which an earlier period's report changed after they were judged."""
    changed = _changed_after_later(session, judged)
    later, earlier, event = aliased(SubmissionRow), aliased(SubmissionRow), SubmissionEventRow
    last = select(func.max(event.id)).where(event.submission_id == later.id, _is_judgement()).scalar_subquery()
    for chunk in in_chunks(changed):
        pairs = session.execute(
            select(later, earlier.period, earlier.id, last)
            .join(earlier, _is_of_unit(earlier, later) & (earlier.period < later.period))
            .where(later.state == SubmissionState.ACCEPTED, earlier.id.in_(chunk))
        ).tuples()
        yield from (
            row
            for row, past, key, number in pairs
            if number is not None and changed[key] > number and _is_within(steps, past, row.period)
        )


def _changed_after_later(session: Session, judged: Subquery) -> dict[int, int]:
    """Return the reports that changed after any of a later period was judged, with the number of the event.

    Compared with the least number among later periods, not with each of them: of ten years these are 7,000 pairs a
    unit.
    """
    row, event = SubmissionRow, SubmissionEventRow
    moved = (
        select(event.submission_id, func.max(event.id).label("event"))
        .where(_is_decision())
        .group_by(event.submission_id)
        .subquery()
    )
    least = func.min(case((row.state == SubmissionState.ACCEPTED, judged.c.event))).over(
        partition_by=(row.unit_code, row.unit_valid_from, row.form), order_by=row.period.desc(), rows=(None, -1)
    )
    reports = (
        select(row.id, moved.c.event, least.label("least"))
        .outerjoin(judged, judged.c.submission_id == row.id)
        .outerjoin(moved, moved.c.submission_id == row.id)
        .where(row.version.is_not(None))
        .subquery()
    )
    changed = select(reports.c.id, reports.c.event).where(reports.c.event > reports.c.least)
    return dict(session.execute(changed).tuples().all())


def _is_of_unit(earlier: type[SubmissionRow], later: type[SubmissionRow]) -> ColumnElement[bool]:
    """Return SQL for two reports of a form by one unit."""
    return and_(
        earlier.unit_code == later.unit_code,
        earlier.unit_valid_from == later.unit_valid_from,
        earlier.form == later.form,
    )


def _with_changed_neighbours(session: Session, judged: Subquery) -> Iterator[Row[Any]]:
    """Yield the accepted reports of which a neighbour's report changed after the run that judged them.

    Neighbours are communes below one unit, with a report of the same form and period. Those judged in one run are
    compared with one another then; only what is held in the end was compared and does not count. Changes before the
    last run ended were dealt with by it.
    """
    last_end = session.scalar(select(func.max(RunRow.finished_at)).where(RunRow.kind.in_(JUDGING_RUNS)))
    event, row, unit = SubmissionEventRow, SubmissionRow, OrgUnitRow
    group = (row.form, row.period, unit.parent_code)
    is_held = (event.from_state == SubmissionState.CHECKED) & (event.to_state == SubmissionState.HELD)
    since = (event.at >= last_end,) if last_end is not None else ()
    changes: dict[tuple[object, ...], tuple[int, str | None, bool]] = {}
    for *of_group, number, run_id, state in session.execute(
        select(*group, event.id, event.run_id, event.to_state)
        .join(row, row.id == event.submission_id)
        .join(unit, (unit.code == row.unit_code) & (unit.valid_from == row.unit_valid_from))
        .where(_is_decision() | is_held, *since)
        .order_by(event.id)
    ):
        *_, before, had_held = changes.get(tuple(of_group), (None, False))
        has_held = state is SubmissionState.HELD or (had_held and before == run_id)
        changes[tuple(of_group)] = (number, run_id, has_held)
    last = aliased(SubmissionEventRow)
    for chunk in in_chunks({str(parent) for *_, parent in changes}):
        # Not objects of the ORM: these are all reports of the period.
        for report in session.execute(
            select(*_columns(row), unit.parent_code, last.id.label("number"), last.run_id)
            .join(unit, (unit.code == row.unit_code) & (unit.valid_from == row.unit_valid_from))
            .join(judged, judged.c.submission_id == row.id)
            .join(last, last.id == judged.c.event)
            .where(row.state == SubmissionState.ACCEPTED, unit.parent_code.in_(chunk))
        ):
            change = changes.get((report.form, report.period, report.parent_code))
            if change is not None and change[0] > report.number and (change[1] != report.run_id or change[2]):
                yield report


def _columns(row: type[SubmissionRow]) -> tuple[InstrumentedAttribute[Any], ...]:
    """Return the columns that `_later_report` takes."""
    return row.id, row.unit_code, row.unit_valid_from, row.form, row.period, row.layout_version, row.file_name


def _is_within(steps: int, earlier: str | None, later: str | None) -> bool:
    back = steps_between(earlier, later) if earlier and later else None
    return back is not None and back <= steps


def _later_report(row: SubmissionRow | Row[Any]) -> LaterReport:
    if row.unit_code is None or row.unit_valid_from is None or row.form is None or row.period is None:
        raise ValueError(f"submission {row.id} is accepted and has no place")
    unit, period = UnitKey(row.unit_code, row.unit_valid_from), parse_period(row.period)
    return LaterReport(row.id, unit, row.form, period, row.layout_version, row.file_name)


def judge_again(
    session: Session,
    findings: Mapping[int, Sequence[Issue]],
    rules: Mapping[str, bool],
    run_id: str,
    at: datetime,
) -> tuple[int, ...]:
    """Record what the rules beyond a report itself find in accepted reports now; other findings stay as they were.

    A refusal becomes a warning: the report was accepted, and only a person withdraws it. Of every report a move is
    logged; another judgement is recorded where the findings differ.

    Args:
        session: the session to write in.
        findings: by submission, the issues of those rules.
        rules: the ids of those rules; True where the value expected is of the neighbours: it moves with each of their
            reports, and is no other finding.
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
        if {_key(issue, rules) for issue in now} != {_key(issue, rules) for issue in then}:
            reason = MoveReason.EARLIER_REPORT_CHANGED
            repairs = [repair_of(repair) for repair in findings_in(session, RepairRow, {key: row.judgement})]
            others = [issue for issue in before[key] if issue.code not in rules]
            keep_findings(session, row, [*others, *now], repairs, at)
            changed.append(key)
        log_again(session, row, at, run_id, reason=reason)
    return tuple(changed)


def _as_warning(issue: Issue) -> Issue:
    return replace(issue, severity=Severity.WARNING) if issue.severity is Severity.CRITICAL else issue


def _key(issue: Issue, rules: Mapping[str, bool]) -> tuple[object, ...]:
    expected = None if rules[issue.code] else issue.expected
    return issue.code, issue.severity, issue.sheet, issue.cell, issue.indicator, issue.unit, issue.found, expected
