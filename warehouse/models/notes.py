"""Notes that officers wrote about reports."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class NoteRow(Base):
    """A note of an officer (`actor`) about a unit's report, written at `at` (UTC); rows are only added."""

    __tablename__ = "note"
    __table_args__ = (
        ForeignKeyConstraint(["unit_code", "unit_valid_from"], ["org_unit.code", "org_unit.valid_from"]),
        Index("ix_note_form_period", "form", "period"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    unit_code: Mapped[str]
    unit_valid_from: Mapped[date]
    form: Mapped[str]
    period: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    text: Mapped[str]
