"""Notes of officers about a report."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from warehouse.models import NoteRow
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey


@dataclass(frozen=True, slots=True)
class OfficerNote:
    """A note with its author, and when it was written (UTC)."""

    at: datetime
    actor: str
    text: str


def notes_on(session: Session, key: ReportKey) -> tuple[OfficerNote, ...]:
    """Return the notes about a report, the newest first."""
    row = NoteRow
    rows = session.execute(
        select(row.at, row.actor, row.text)
        .where(row.unit_code == key.unit.code, row.unit_valid_from == key.unit.valid_from)
        .where(row.form == key.form, row.period == key.period.id)
        .order_by(row.id.desc())
    ).tuples()
    return tuple(OfficerNote(*note) for note in rows)
