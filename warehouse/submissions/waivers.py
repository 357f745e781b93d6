"""Answer a rule's warnings about an accepted report, or take an answer back: what only a person decides."""

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
    """Which warnings are meant: of a rule about whose report of what, and of one indicator only, if one is named."""

    place: ReportKey
    rule: str
    indicator: str | None = None


def waive(
    session: Session, question: WarningSelector, until: date, decision: Decision
) -> tuple[Waiver, tuple[Issue, ...]]:
    """Answer the warnings of a rule about the report that counts; `until` is the last day on which the answer counts.

    Returns:
        The answer, and the warnings that it answers.

    Raises:
        UsageError: no reason is given; the last day has passed; nothing is accepted; the rule asks nothing about it,
            refused it, or was answered already. The message says what to do instead.
    """
    serialise(session)
    _require_reason(decision)
    today = day_in_vietnam(decision.at)
    if until < today:
        raise UsageError(f"--until {until} has passed already: name a day from {today} on")
    place, rule = question.place, question.rule
    report = _accepted(session, place, rule)
    results = open_warnings_of(session, {report.id: report.judgement}, decision.at).get(report.id, ())
    issues = _to_answer(question, results)
    row = WaiverRow(**_columns(place, rule, report.id, decision), until=until, takes_back=None)
    session.add(row)
    session.flush()
    result = lines_of(session, [report.id])[report.id]
    covered = [
        {
            "waiver_id": row.id,
            "position": position,
            **{name: getattr(issue, name) for name in ("indicator", "unit", "sheet", "cell", "found", "expected")},
            "basis": basis_of(issue, result, place.unit.code),
        }
        for position, issue in enumerate(issues, 1)
    ]
    add_rows(session, table_of(WaivedIssueRow), covered)
    return waiver_of(row), issues


def take_back(session: Session, place: ReportKey, rule: str, decision: Decision) -> tuple[Waiver, ...]:
    """Take back whatever was answered to a rule about a unit's report; its warnings wait for an answer again.

    Raises:
        UsageError: no reason is given, or nothing that was answered counts.
    """
    serialise(session)
    _require_reason(decision)
    rows = session.scalars(
        select(WaiverRow).where(_of_place(place), WaiverRow.rule == rule, counts_at(decision.at)).order_by(WaiverRow.id)
    ).all()
    if not rows:
        raise UsageError(f"no answer to {rule} counts for {_named(place)}: tonghop waivers shows what was answered")
    for row in rows:
        columns = _columns(place, rule, row.submission_id, decision)
        session.add(WaiverRow(**columns, until=None, takes_back=row.id))
    session.flush()
    return tuple(map(waiver_of, rows))


def _to_answer(question: WarningSelector, open_warnings: Sequence[OpenWarning]) -> tuple[Issue, ...]:
    place, rule, indicator = question
    of_rule = [
        open_warning
        for open_warning in open_warnings
        if open_warning.issue.code == rule and indicator in {None, open_warning.issue.indicator}
    ]
    if not of_rule:
        others = sorted({open_warning.issue.code for open_warning in open_warnings if open_warning.waiver is None})
        result = f"it asks: {', '.join(others)}" if others else "nothing is asked about it"
        about = f" of {indicator}" if indicator else ""
        raise UsageError(f"{rule} asks nothing about the accepted report of {_named(place)}{about}; {result}")
    waiting = tuple(warning.issue for warning in of_rule if warning.waiver is None)
    if not waiting:
        waiver = next(warning.waiver for warning in of_rule if warning.waiver)
        raise UsageError(
            f"{rule} was answered already for {_named(place)} by {waiver.by}, until {waiver.until}: “{waiver.reason}”. "
            "To answer otherwise take that back first: --take-back"
        )
    return waiting


def _accepted(session: Session, place: ReportKey, rule: str) -> SubmissionRow:
    rows = versions_of(session, place)
    result = next((row for row in rows if row.state is SubmissionState.ACCEPTED), None)
    if result is not None:
        return result
    for row in reversed(rows):
        if row.state is SubmissionState.QUARANTINED and _refuses(session, row, rule):
            raise UsageError(
                f"{rule} refused version {row.version} of {_named(place)}: only warnings can be answered, an error has "
                "to be mended in the workbook and sent again"
            )
    raise UsageError(f"nothing is accepted of {_named(place)}, so nothing can be answered: tonghop history tells why")


def _refuses(session: Session, row: SubmissionRow, rule: str) -> bool:
    issues = findings_in(session, IssueRow, {row.id: row.judgement}, IssueRow.code == rule)
    return any(issue.severity is Severity.CRITICAL for issue in issues)


def _columns(place: ReportKey, rule: str, submission_id: int, decision: Decision) -> dict[str, object]:
    return {
        "rule": rule,
        "unit_code": place.unit.code,
        "unit_valid_from": place.unit.valid_from,
        "form": place.form,
        "period": place.period.id,
        "submission_id": submission_id,
        "at": decision.at,
        "actor": decision.said.actor,
        "reason": decision.said.note.strip(),
    }


def _of_place(place: ReportKey) -> ColumnElement[bool]:
    return (
        (WaiverRow.unit_code == place.unit.code)
        & (WaiverRow.unit_valid_from == place.unit.valid_from)
        & (WaiverRow.form == place.form)
        & (WaiverRow.period == place.period.id)
    )


def _require_reason(decision: Decision) -> None:
    if not decision.said.note.strip():
        raise UsageError("say why, in a sentence: it is kept and shown beside the figures")


def _named(place: ReportKey) -> str:
    return f"{place.unit.code}, form {place.form}, {place.period}"
