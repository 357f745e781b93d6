"""Consultations about published figures of an area and period, and what their units answer."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.officers.consultations import ConsultationAnswerKind, ConsultationOutcome
from warehouse.models.base import BIG_ID, Base, choice


class ConsultationRow(Base):
    """One consultation about an area's figures, until `last_day` in Vietnam.

    The last four columns are empty until it ends. `revision_id` is the revision that was the newest when it began;
    figures may be corrected meanwhile. `partial`: at the end the period is closed although reports are missing. A
    consultation is never deleted.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)"
            " AND (ended_at IS NULL) = (outcome IS NULL)",
            name="ended",
        ),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    reason: Mapped[str]
    last_day: Mapped[date]
    partial: Mapped[bool]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]
    outcome: Mapped[ConsultationOutcome | None] = mapped_column(choice(ConsultationOutcome, "outcome"))


class ConsultationAnswerRow(Base):
    """What a unit answered about its figures of a revision, or an officer decided about its objection.

    `link_id` is the upload link by which an answer came; rows are only added.
    """

    __tablename__ = "consultation_answer"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"))
    unit_code: Mapped[str]
    unit_valid_from: Mapped[date]
    kind: Mapped[ConsultationAnswerKind] = mapped_column(choice(ConsultationAnswerKind, "kind"))
    at: Mapped[datetime]
    actor: Mapped[str]
    text: Mapped[str]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("upload_link.id"))
