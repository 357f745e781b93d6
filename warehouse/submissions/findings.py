"""Write and read issues and repairs of submissions; those of earlier judgements are kept."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select

from domain.issues import Issue, Repair
from warehouse.models import IssueRow, RepairRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks, table_of
from warehouse.store.engine import Session

_Kind = type[IssueRow] | type[RepairRow]


def keep_findings(
    session: Session, submission: SubmissionRow, issues: Sequence[Issue], repairs: Sequence[Repair], at: datetime
) -> None:
    """Record one more judgement of a submission with its issues and repairs."""
    submission.judgement += 1
    submission.judged_at = at
    submission.asked_again = False
    key = {"submission_id": submission.id, "judgement": submission.judgement}
    issue_rows = [key | {"position": position} | _issue_row(issue) for position, issue in enumerate(issues, 1)]
    repair_rows = [key | {"position": position} | _repair_row(repair) for position, repair in enumerate(repairs, 1)]
    add_rows(session, table_of(IssueRow), issue_rows)
    add_rows(session, table_of(RepairRow), repair_rows)


def findings_in(
    session: Session, kind: _Kind, judgements: Mapping[int, int], *narrowed: ColumnElement[bool]
) -> Iterator[Row[Any]]:
    """Yield the columns of issues or repairs (`kind`) of one judgement of each submission, in their order."""
    statement = _findings(kind).where(*narrowed) if narrowed else _findings(kind)
    for chunk in in_chunks(judgements):
        rows = session.execute(statement, {"submissions": chunk})
        yield from (row for row in rows if row.judgement == judgements[row.submission_id])


@cache
def _findings(kind: _Kind) -> Select[Any]:
    # Columns of tables, not of objects: each revision reads those of its reports.
    row = table_of(kind).c
    of_those = row.submission_id.in_(bindparam("submissions", expanding=True))
    return select(table_of(kind)).where(of_those).order_by(row.submission_id, row.judgement, row.position)


def issue_of(row: IssueRow | Row[Any]) -> Issue:
    """Return a stored issue as a value."""
    return Issue(
        code=row.code,
        severity=row.severity,
        sheet=row.sheet,
        cell=row.cell,
        found=row.found,
        expected=row.expected,
        indicator=row.indicator,
        unit=row.unit,
        facts=row.facts,
    )


def repair_of(row: RepairRow | Row[Any]) -> Repair:
    """Return a stored repair as a value."""
    return Repair(row.rule, row.sheet, row.cell, row.before, row.after)


def _issue_row(issue: Issue) -> dict[str, object]:
    return {
        "code": issue.code,
        "severity": issue.severity,
        "sheet": issue.sheet,
        "cell": issue.cell,
        "found": issue.found,
        "expected": issue.expected,
        "indicator": issue.indicator,
        "unit": issue.unit,
        "facts": dict(issue.facts),
    }


def _repair_row(repair: Repair) -> dict[str, object]:
    return {
        "rule": repair.rule,
        "sheet": repair.sheet,
        "cell": repair.cell,
        "before": repair.before,
        "after": repair.after,
    }
