"""Held submissions: what waits for a person's decision, and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.issues import Issue
from domain.periods import Period
from domain.submissions import SubmissionState
from warehouse.models import SubmissionRow
from warehouse.queries.files import issues_of
from warehouse.queries.records import submission_records
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class HeldSubmission:
    """A version of a report that waits for a person's decision, with its issues, gravest first; times are in UTC."""

    submission_id: int
    unit: str | None
    unit_name: str | None
    form: str | None
    period: Period | None
    version: int | None
    file_name: str
    sender: str | None
    delivered_at: datetime
    judged_at: datetime | None
    issues: tuple[Issue, ...]


def held_submissions(session: Session) -> tuple[HeldSubmission, ...]:
    """Return all held submissions, the newest first."""
    row = SubmissionRow
    held = select(row).where(row.state == SubmissionState.HELD).order_by(row.landed_at.desc(), row.id.desc())
    rows = session.scalars(held).all()
    records, issues = submission_records(session, [row.id for row in rows]), issues_of(session, rows)
    results: list[HeldSubmission] = []
    for each in rows:
        record = records[each.id]
        results.append(
            HeldSubmission(
                submission_id=each.id,
                unit=record.unit,
                unit_name=record.unit_name,
                form=record.form,
                period=record.period,
                version=each.version,
                file_name=record.file.file_name,
                sender=record.sender,
                delivered_at=record.delivered_at,
                judged_at=each.judged_at,
                issues=issues[each.id],
            )
        )
    return tuple(results)
