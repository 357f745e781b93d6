"""Record the reminders that were sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.periods import Period
from domain.units import UnitKey
from warehouse.models import ReminderRow
from warehouse.store.engine import Session

CONSULTATION: Final = "consultation:"
"""What the steps of mails to consulted units begin with; they count as no reminder of a report."""


def consultation_step(number: int, *, is_last: bool = False) -> str:
    """Return the step of a mail about a consultation, by its number: the first one, or the one before its last day."""
    return f"{CONSULTATION}{number}{':last' if is_last else ''}"


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A reminder that a mail server accepted; `unit` None: the list that the office gets."""

    form: str
    period: Period
    step: str
    unit: UnitKey | None
    addresses: tuple[str, ...]
    message_id: str


def record_reminder(session: Session, sent: SentReminder, at: datetime) -> None:
    """Record a reminder, so that it is not sent again."""
    session.add(
        ReminderRow(
            form=sent.form,
            period=sent.period.id,
            step=sent.step,
            unit_code=sent.unit.code if sent.unit else None,
            unit_valid_from=sent.unit.valid_from if sent.unit else None,
            addresses=", ".join(sent.addresses),
            message_id=sent.message_id,
            sent_at=at,
        )
    )
