"""Contacts of units: whom an officer calls or writes to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class UnitContactRow(Base):
    """A person's decision about a contact of a unit: to add it, or to end it (`ends`) from `valid_to` on.

    The columns are those of `domain.officers.contacts.Contact`; an end repeats those of what it ends. Rows are only
    added, and removed when they are older than the settings allow.
    """

    __tablename__ = "unit_contact"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="days"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    unit: Mapped[str] = mapped_column(index=True)
    unit_valid_from: Mapped[date]
    full_name: Mapped[str]
    position: Mapped[str]
    mail: Mapped[str]
    telephone: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]
    ends: Mapped[int | None] = mapped_column(ForeignKey("unit_contact.id"), unique=True)
