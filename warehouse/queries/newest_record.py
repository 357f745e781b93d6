"""The moment of the newest record, by which a clock that was set back is noticed."""

from datetime import datetime

from sqlalchemy import func, select

from warehouse.models import (
    ClosingRow,
    FileRow,
    PublicationRow,
    ReplyRow,
    RollupRevisionRow,
    RunRow,
    SubmissionEventRow,
    WaiverRow,
)
from warehouse.store.engine import Session

# Moments by our own clocks; that of a delivery is the sender's.
_OWN_MOMENTS = (
    RunRow.started_at,
    RunRow.finished_at,
    FileRow.landed_at,
    SubmissionEventRow.at,
    RollupRevisionRow.published_at,
    PublicationRow.at,
    ReplyRow.given_at,
    WaiverRow.at,
    ClosingRow.closed_at,
)


def newest_record(session: Session) -> datetime | None:
    """Return the latest moment (UTC) at which anything was recorded; None for an empty warehouse."""
    moments = (session.scalar(select(func.max(column))) for column in _OWN_MOMENTS)
    return max((moment for moment in moments if moment is not None), default=None)
