"""How a commune reported lately: the last word of each of its periods."""

from dataclasses import dataclass
from datetime import datetime

from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.engine import Session
from warehouse.queries.files import issue_counts
from warehouse.queries.history import versions_of


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
    rows = session.scalars(versions_of(unit, form))
    newest = {parse_period(row.period): row for row in rows if row.period}
    chosen = sorted(newest.items(), key=lambda item: (item[0].year, item[0].last_month), reverse=True)[:count]
    found = issue_counts(session, [(row.id, row.judgement) for _, row in chosen])
    return tuple(
        PastReport(period, row.version or 0, row.state, row.received_at, found.get((row.id, row.judgement), 0))
        for period, row in chosen
    )
