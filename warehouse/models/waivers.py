"""Waivers: answers to warnings, and the figures that each answer is bound to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class WaiverRow(Base):
    """A person's decision about a rule's warnings in a unit's report: an answer, or its revocation.

    `submission_id` is the version accepted then. `until` is the last day on which an answer is in force; `takes_back`
    is the answer revoked. Rows are only added.
    """

    __tablename__ = "waiver"
    __table_args__ = (
        ForeignKeyConstraint(["unit_code", "unit_valid_from"], ["org_unit.code", "org_unit.valid_from"]),
        CheckConstraint("until IS NULL OR takes_back IS NULL", name="answer"),
        Index("ix_waiver_form_period", "form", "period"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    rule: Mapped[str]
    unit_code: Mapped[str]
    unit_valid_from: Mapped[date]
    form: Mapped[str]
    period: Mapped[str]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date | None]
    takes_back: Mapped[int | None] = mapped_column(ForeignKey("waiver.id"), unique=True)


class WaivedIssueRow(Base):
    """One warning that an answer covers; `basis` is the hash of the figures it rests on (`domain/waivers.py`)."""

    __tablename__ = "waived_issue"

    waiver_id: Mapped[int] = mapped_column(ForeignKey("waiver.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str | None]
    unit: Mapped[str | None]
    sheet: Mapped[str | None]
    cell: Mapped[str | None]
    found: Mapped[str | None]
    expected: Mapped[str | None]
    basis: Mapped[str]
