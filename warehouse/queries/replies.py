"""What a reply to a sender says: a submission with all that its last judgement found, and the figures kept of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.issues import Issue, Repair
from domain.observations import Observation
from domain.submissions import SubmissionState
from warehouse.engine import Session
from warehouse.lifecycle import find
from warehouse.models import RepairRow
from warehouse.queries.files import issues_of
from warehouse.queries.history import kept_figures
from warehouse.queries.read_models import SubmissionRecord
from warehouse.queries.records import submission_record


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of a submission's `judgement`-th judgement, at `judged_at` (UTC).

    `figures` are those that were kept: none of a refused report. Issues come gravest first.
    """

    record: SubmissionRecord
    judgement: int
    judged_at: datetime
    issues: tuple[Issue, ...]
    repairs: tuple[Repair, ...]
    figures: tuple[Observation, ...]

    @property
    def number(self) -> int:
        """The submission's number, which officials may name when they ask."""
        return self.record.file.submission_id

    @property
    def is_accepted(self) -> bool:
        """Whether the report was accepted, be it that a later one stands in its place."""
        return self.record.state is not SubmissionState.QUARANTINED


def reply_of(session: Session, submission_id: int) -> Reply:
    """What the sender of a submission is to be told.

    Raises:
        UsageError: there is no such submission.
    """
    row = find(session, submission_id)
    repairs = session.scalars(
        select(RepairRow)
        .where(RepairRow.submission_id == row.id, RepairRow.judgement == row.judgement)
        .order_by(RepairRow.position)
    )
    return Reply(
        record=submission_record(session, row.id),
        judgement=row.judgement,
        judged_at=row.judged_at or row.landed_at,
        issues=issues_of(session, row),
        repairs=tuple(Repair(one.rule, one.sheet, one.cell, one.before, one.after) for one in repairs),
        figures=kept_figures(session, row.id) if row.state is not SubmissionState.QUARANTINED else (),
    )
