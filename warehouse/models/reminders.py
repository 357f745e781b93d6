"""Reminders that were sent."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class ReminderRow(Base):
    """A reminder of a form, period and step that a mail server accepted (`sent_at`, UTC); rows are only added.

    The unit is the one reminded; NULL for the list of silent units that the office gets. `message_id` follows from
    unit, form, period and step: none is sent twice. `addresses` are separated by commas.
    """

    __tablename__ = "reminder"
    __table_args__ = (Index("ix_reminder_period", "form", "period"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    form: Mapped[str]
    period: Mapped[str]
    step: Mapped[str]
    unit_code: Mapped[str | None]
    unit_valid_from: Mapped[date | None]
    addresses: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime]
