"""Answer a rule's warnings about an accepted report, or take an answer back, as a person decides."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import SubmissionState
from domain.vietnam_time import day_in_vietnam
from domain.waivers import OpenWarning, Waiver, basis_of
from warehouse.models import IssueRow, SubmissionRow, WaivedIssueRow, WaiverRow
from warehouse.store.bulk import add_rows, table_of
from warehouse.store.engine import Session, serialise
from warehouse.submissions.findings import findings_in
from warehouse.submissions.open_warnings import counts_at, lines_of, open_warnings_of, waiver_of
from warehouse.submissions.report_keys import ReportKey, versions_of
from warehouse.submissions.withdrawal import Decision


class WarningSelector(NamedTuple):
    """Selects the warnings of a rule about a report, of one indicator only, if it is set."""

    key: ReportKey
    rule: str
    indicator: str | None = None


def waive(
    session: Session, selector: WarningSelector, until: date, decision: Decision
) -> tuple[Waiver, tuple[Issue, ...]]:
    """Answer the warnings of a rule about the accepted report; `until` is the last day on which the answer is in force.

    Returns:
        The answer, and the warnings that it answers.

    Raises:
        UsageError: no reason is given; the last day has passed; nothing is accepted; the rule has no warning about it,
            refused it, or was answered already. The message says what to do.
    """
    serialise(session)
    _require_reason(decision)
    today = day_in_vietnam(decision.at)
    if until < today:
        raise UsageError(f"--until {until} has passed already: name a day from {today} on")
    key, rule = selector.key, selector.rule
    report = _accepted(session, key, rule)
    results = open_warnings_of(session, {report.id: report.judgement}, decision.at).get(report.id, ())
    issues = _unanswered(selector, results)
    row = WaiverRow(**_columns(key, rule, report.id, decision), until=until, takes_back=None)
    session.add(row)
    session.flush()
    result = lines_of(session, [report.id])[report.id]
    covered = [
        {
            "waiver_id": row.id,
            "position": position,
            **{name: getattr(issue, name) for name in ("indicator", "unit", "sheet", "cell", "found", "expected")},
            "basis": basis_of(issue, result, key.unit.code),
        }
        for position, issue in enumerate(issues, 1)
    ]
    add_rows(session, table_of(WaivedIssueRow), covered)
    return waiver_of(row), issues


def take_back(session: Session, key: ReportKey, rule: str, decision: Decision) -> tuple[Waiver, ...]:
    """Take back all answers to a rule about a unit's report; its warnings are open again.

    Raises:
        UsageError: no reason is given, or no answer is in force.
    """
    serialise(session)
    _require_reason(decision)
    rows = session.scalars(
        select(WaiverRow).where(_is_about(key), WaiverRow.rule == rule, counts_at(decision.at)).order_by(WaiverRow.id)
    ).all()
    if not rows:
        raise UsageError(f"no answer to {rule} counts for {_label(key)}: tonghop waivers shows what was answered")
    for row in rows:
        columns = _columns(key, rule, row.submission_id, decision)
        session.add(WaiverRow(**columns, until=None, takes_back=row.id))
    session.flush()
    return tuple(map(waiver_of, rows))


def _unanswered(selector: WarningSelector, open_warnings: Sequence[OpenWarning]) -> tuple[Issue, ...]:
    key, rule, indicator = selector
    warnings = [
        open_warning
        for open_warning in open_warnings
        if open_warning.issue.code == rule and indicator in {None, open_warning.issue.indicator}
    ]
    if not warnings:
        others = sorted({open_warning.issue.code for open_warning in open_warnings if open_warning.waiver is None})
        result = f"it asks: {', '.join(others)}" if others else "nothing is asked about it"
        about = f" of {indicator}" if indicator else ""
        raise UsageError(f"{rule} asks nothing about the accepted report of {_label(key)}{about}; {result}")
    unanswered = tuple(warning.issue for warning in warnings if warning.waiver is None)
    if not unanswered:
        waiver = next(warning.waiver for warning in warnings if warning.waiver)
        raise UsageError(
            f"{rule} was answered already for {_label(key)} by {waiver.by}, until {waiver.until}: “{waiver.reason}”. "
            "To answer otherwise take that back first: --take-back"
        )
    return unanswered


def _accepted(session: Session, key: ReportKey, rule: str) -> SubmissionRow:
    rows = versions_of(session, key)
    result = next((row for row in rows if row.state is SubmissionState.ACCEPTED), None)
    if result is not None:
        return result
    for row in reversed(rows):
        if row.state is SubmissionState.QUARANTINED and _refuses(session, row, rule):
            raise UsageError(
                f"{rule} refused version {row.version} of {_label(key)}: only warnings can be answered, an error has "
                "to be corrected in the workbook and sent again"
            )
    raise UsageError(f"nothing is accepted of {_label(key)}, so nothing can be answered: tonghop history tells why")


def _refuses(session: Session, row: SubmissionRow, rule: str) -> bool:
    issues = findings_in(session, IssueRow, {row.id: row.judgement}, IssueRow.code == rule)
    return any(issue.severity is Severity.CRITICAL for issue in issues)


def _columns(key: ReportKey, rule: str, submission_id: int, decision: Decision) -> dict[str, object]:
    return {
        "rule": rule,
        "unit_code": key.unit.code,
        "unit_valid_from": key.unit.valid_from,
        "form": key.form,
        "period": key.period.id,
        "submission_id": submission_id,
        "at": decision.at,
        "actor": decision.reason.actor,
        "reason": decision.reason.note.strip(),
    }


def _is_about(key: ReportKey) -> ColumnElement[bool]:
    return (
        (WaiverRow.unit_code == key.unit.code)
        & (WaiverRow.unit_valid_from == key.unit.valid_from)
        & (WaiverRow.form == key.form)
        & (WaiverRow.period == key.period.id)
    )


def _require_reason(decision: Decision) -> None:
    if not decision.reason.note.strip():
        raise UsageError("say why, in a sentence: it is kept and shown beside the figures")


def _label(key: ReportKey) -> str:
    return f"{key.unit.code}, form {key.form}, {key.period}"
