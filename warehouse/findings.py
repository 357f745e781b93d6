"""Keep what judging a submission found; nothing found earlier is removed."""

from collections.abc import Sequence
from datetime import datetime

from domain.issues import Issue, Repair
from warehouse.bulk import add_rows, table_of
from warehouse.engine import Session
from warehouse.models import IssueRow, RepairRow, SubmissionRow


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


def issue_of(row: IssueRow) -> Issue:
    """A kept issue as a value."""
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
