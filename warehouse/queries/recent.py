"""Recent reports of a commune: the newest version for each period."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.models import SubmissionRow
from warehouse.queries.files import issue_counts
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class PastReport:
    """The newest version of a report of one period: its state, when it was received (UTC), and its number of issues."""

    period: Period
    version: int
    state: SubmissionState
    received_at: datetime
    issues: int


def recent_reports(session: Session, unit: UnitKey, form: str, count: int) -> tuple[PastReport, ...]:
    """Return the newest versions of the last `count` periods with a report, newest period first."""
    row = SubmissionRow
    of_unit = (row.unit_code == unit.code) & (row.unit_valid_from == unit.valid_from)
    placed = select(row).where(of_unit, row.form == form, row.version.is_not(None)).order_by(row.version)
    newest = {parse_period(version.period): version for version in session.scalars(placed) if version.period}
    newest_first = sorted(newest.items(), key=lambda item: (item[0].year, item[0].last_month), reverse=True)[:count]
    result = issue_counts(session, [(row.id, row.judgement) for _, row in newest_first])
    return tuple(
        PastReport(period, row.version or 0, row.state, row.received_at, result.get((row.id, row.judgement), 0))
        for period, row in newest_first
    )
