"""What officers note about reports and ask about warnings, and what senders answer."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.waivers import RemarkKind
from warehouse.models.base import BIG_ID, Base, choice


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


class WarningRemarkRow(Base):
    """A question or an answer about a rule's warnings in a version of a report, written at `at` (UTC) by `actor`.

    `link_id` is the upload link by which an answer came, `mail_sha256` the landed mail; rows are only added.
    """

    __tablename__ = "warning_remark"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    rule: Mapped[str]
    indicator: Mapped[str | None]
    kind: Mapped[RemarkKind] = mapped_column(choice(RemarkKind, "kind"))
    at: Mapped[datetime]
    actor: Mapped[str]
    text: Mapped[str]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("upload_link.id"))
    mail_sha256: Mapped[str | None]
