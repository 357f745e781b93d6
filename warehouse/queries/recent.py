"""How a commune reported lately: the last word of each of its periods."""

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
    """The newest version of a report of one period: its state, when it came (UTC), and how much was found in it."""

    period: Period
    version: int
    state: SubmissionState
    received_at: datetime
    issues: int


def recent_reports(session: Session, unit: UnitKey, form: str, count: int) -> tuple[PastReport, ...]:
    """The newest versions of the last so many periods of which anything came, newest period first."""
    row = SubmissionRow
    of_unit = (row.unit_code == unit.code) & (row.unit_valid_from == unit.valid_from)
    placed = select(row).where(of_unit, row.form == form, row.version.is_not(None)).order_by(row.version)
    newest = {parse_period(other_row.period): other_row for other_row in session.scalars(placed) if other_row.period}
    chosen = sorted(newest.items(), key=lambda item: (item[0].year, item[0].last_month), reverse=True)[:count]
    result = issue_counts(session, [(row.id, row.judgement) for _, row in chosen])
    return tuple(
        PastReport(period, row.version or 0, row.state, row.received_at, result.get((row.id, row.judgement), 0))
        for period, row in chosen
    )
