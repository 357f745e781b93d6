"""Authorisations of senders: by which way reports of a unit may arrive."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class AuthorisationRow(Base):
    """A person's decision about a way of delivery: to authorise it for units, or to remove that (`removes`).

    The columns are those of `domain.authorisations.Authorisation`, `form` empty for every form; a removal repeats those
    of what it removes. Rows are only added.
    """

    __tablename__ = "authorisation"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="days"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    source: Mapped[str]
    folder: Mapped[str]
    sender: Mapped[str]
    units: Mapped[str]
    unit_valid_from: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]
    removes: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"), unique=True)
    form: Mapped[str] = mapped_column(server_default="")
