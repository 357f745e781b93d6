"""Write the notes of officers about reports."""

from datetime import datetime
from typing import Final

from domain.errors import UsageError
from warehouse.models import NoteRow
from warehouse.store.engine import Session
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey

LONGEST_NOTE: Final = 4000
LONGEST_NAME: Final = 200


def write_note(session: Session, key: ReportKey, note: DecisionReason, at: datetime) -> None:
    """Keep a note about a report, whether or not any version of it came.

    Raises:
        UsageError: the note or the name is empty, or too long.
    """
    text, actor = note.note.strip(), note.actor.strip()
    if not text or not actor:
        raise UsageError("a note needs a text and the name of its author")
    if len(text) > LONGEST_NOTE or len(actor) > LONGEST_NAME:
        raise UsageError(f"a note has at most {LONGEST_NOTE} characters, a name {LONGEST_NAME}")
    session.add(
        NoteRow(
            unit_code=key.unit.code,
            unit_valid_from=key.unit.valid_from,
            form=key.form,
            period=key.period.id,
            at=at,
            actor=actor,
            text=text,
        )
    )
