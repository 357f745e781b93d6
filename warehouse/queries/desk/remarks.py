"""Questions and answers about the warnings of a report."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.issues import Severity
from domain.submissions import SubmissionState
from domain.waivers import RemarkKind
from warehouse.models import IssueRow, SubmissionRow, WarningRemarkRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey, report_key_of


@dataclass(frozen=True, slots=True)
class WarningRemark:
    """A question of an officer or an answer of the sender about a rule's warnings in a version; times are in UTC."""

    id: int
    submission_id: int
    rule: str
    indicator: str | None
    kind: RemarkKind
    at: datetime
    actor: str
    text: str

    def is_about(self, rule: str, indicator: str | None) -> bool:
        """Return whether it is about a warning."""
        return self.rule == rule and self.indicator in {None, indicator}


@dataclass(frozen=True, slots=True)
class WarnedReport:
    """A report of which a version counts that rules warned of: its key, the version's submission and judgement."""

    key: ReportKey
    submission_id: int
    judgement: int


def warned_reports(session: Session, unit: str, most: int) -> tuple[WarnedReport, ...]:
    """Return the reports of units of a code that count with warnings, answered or not; the newest periods first."""
    row, issue = SubmissionRow, IssueRow
    is_warned = select(issue.position).where(
        issue.submission_id == row.id, issue.judgement == row.judgement, issue.severity == Severity.WARNING
    )
    accepted = (row.unit_code == unit, row.state == SubmissionState.ACCEPTED, is_warned.exists())
    rows = session.scalars(select(row).where(*accepted).order_by(row.period.desc(), row.form).limit(most))
    return tuple(WarnedReport(key, each.id, each.judgement) for each in rows if (key := report_key_of(each)))


def remarks_on(session: Session, submissions: Collection[int]) -> tuple[WarningRemark, ...]:
    """Return the remarks about submissions, in their order."""
    row = WarningRemarkRow
    rows = [
        each
        for chunk in in_chunks(submissions)
        for each in session.scalars(select(row).where(row.submission_id.in_(chunk)).order_by(row.id))
    ]
    return tuple(
        WarningRemark(each.id, each.submission_id, each.rule, each.indicator, each.kind, each.at, each.actor, each.text)
        for each in rows
    )
