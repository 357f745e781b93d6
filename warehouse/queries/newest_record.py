"""The moment of the newest record and the clock of the database, by which a wrong clock is noticed."""

from datetime import datetime

from sqlalchemy import DateTime, func, select

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


def database_clock(session: Session) -> datetime | None:
    """Return the current time (UTC) of the machine of PostgreSQL; None on SQLite, which has no clock of its own."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    return session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True))))
