"""Warnings of accepted reports with the answers in force at a moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from domain.issues import Issue, Severity
from domain.vietnam_time import day_in_vietnam
from domain.waivers import OpenWarning, ReportedLine, Waiver, basis_of
from warehouse.archive.reading import archived_figures
from warehouse.models import IssueRow, ObservationRow, SubmissionRow, WaivedIssueRow, WaiverRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.findings import findings_in, issue_of

_Key = tuple[str, str | None, str | None, str]
"""What matches an answer with a warning: rule, indicator, village, basis."""


def open_warnings_of(
    session: Session, judgements: Mapping[int, int], at: datetime
) -> dict[int, tuple[OpenWarning, ...]]:
    """Return the warnings of submissions with the answers in force at a moment; submissions without any are absent.

    Args:
        session: the session to read in.
        judgements: by submission, the number of the judgement to read.
        at: the moment, in UTC.
    """
    warnings = _warnings(session, judgements)
    answers = _answers(session, warnings, at)
    figures = lines_of(session, answers)
    results: dict[int, tuple[OpenWarning, ...]] = {}
    for key, issues in warnings.items():
        unit, unit_answers = answers.get(key, ("", {}))
        results[key] = tuple(
            OpenWarning(issue, unit_answers.get(_key(issue, figures[key], unit)) if unit_answers else None)
            for issue in issues
        )
    return results


def lines_of(session: Session, submissions: Collection[int]) -> dict[int, list[ReportedLine]]:
    """Return all lines of accepted submissions."""
    row = ObservationRow
    results: dict[int, list[ReportedLine]] = defaultdict(list)
    columns = (row.submission_id, row.indicator, row.unit_code, row.numerator, row.denominator, row.stated)
    for chunk in in_chunks(submissions):
        rows = session.execute(select(*columns).where(row.submission_id.in_(chunk))).tuples()
        for submission, indicator, unit, numerator, denominator, stated in rows:
            results[submission].append(ReportedLine(indicator, unit, numerator, denominator, stated))
    for each in archived_figures(session, submissions):
        line = ReportedLine(each.indicator, each.unit_code, each.numerator, each.denominator, each.stated)
        results[each.submission_id].append(line)
    return results


def counts_at(at: datetime) -> ColumnElement[bool]:
    """Return SQL that is true of answers in force at a moment: given, not taken back, not expired."""
    later = aliased(WaiverRow)
    taken_back = select(later.id).where(later.takes_back == WaiverRow.id, later.at <= at).exists()
    return (WaiverRow.at <= at) & (WaiverRow.until >= day_in_vietnam(at)) & ~taken_back


def waiver_of(row: WaiverRow) -> Waiver:
    """Return a stored answer as a value."""
    return Waiver(row.id, row.rule, row.reason, row.actor, row.at, row.until or date.max)


def _key(issue: Issue, decision: Sequence[ReportedLine], unit: str) -> _Key:
    return issue.code, issue.indicator, issue.unit, basis_of(issue, decision, unit)


def _warnings(session: Session, judgements: Mapping[int, int]) -> dict[int, list[Issue]]:
    results: dict[int, list[Issue]] = defaultdict(list)
    for row in findings_in(session, IssueRow, judgements):
        if row.severity is Severity.WARNING:
            results[row.submission_id].append(issue_of(row))
    return dict(results)


def _answers(session: Session, submissions: Iterable[int], at: datetime) -> dict[int, tuple[str, dict[_Key, Waiver]]]:
    """Return unit and answers, by what they match, of each submission whose report has answers."""
    results: dict[int, tuple[str, dict[_Key, Waiver]]] = {}
    for chunk in in_chunks(submissions):
        rows = session.execute(
            select(SubmissionRow.id, WaiverRow, WaivedIssueRow)
            .join(
                WaiverRow,
                (WaiverRow.unit_code == SubmissionRow.unit_code)
                & (WaiverRow.unit_valid_from == SubmissionRow.unit_valid_from)
                & (WaiverRow.form == SubmissionRow.form)
                & (WaiverRow.period == SubmissionRow.period),
            )
            .join(WaivedIssueRow, WaivedIssueRow.waiver_id == WaiverRow.id)
            .where(SubmissionRow.id.in_(chunk), counts_at(at))
            .order_by(WaiverRow.id)
        ).tuples()
        for submission, waiver, waived_issue in rows:
            _, answers = results.setdefault(submission, (waiver.unit_code, {}))
            key = (waiver.rule, waived_issue.indicator, waived_issue.unit, waived_issue.basis)
            answers.setdefault(key, waiver_of(waiver))
    return results
