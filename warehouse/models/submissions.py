"""Submissions: one per stored file, with its deliveries and the log of its states."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.submissions import SubmissionState
from warehouse.models.base import BIG_ID, Base, choice


class SubmissionRow(Base):
    """The content of one file, and its state.

    Unit, form and period are empty until reading identifies them. `version` counts the files of one report in the order
    they were placed. `judgement` counts how often it was judged: issues and repairs of the last one count.
    `asked_again` marks a refused file that was delivered anew elsewhere. Times are in UTC.
    """

    __tablename__ = "submission"
    __table_args__ = (
        ForeignKeyConstraint(["unit_code", "unit_valid_from"], ["org_unit.code", "org_unit.valid_from"]),
        UniqueConstraint("unit_code", "unit_valid_from", "form", "period", "version"),
        # No period of a unit is counted twice: enforced by the database.
        Index(
            "uq_submission_accepted",
            "unit_code",
            "unit_valid_from",
            "form",
            "period",
            unique=True,
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
        ),
        Index("ix_submission_form_period", "form", "period"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BIG_ID)
    file_name: Mapped[str]
    state: Mapped[SubmissionState] = mapped_column(choice(SubmissionState, "state"), index=True)
    unit_code: Mapped[str | None]
    unit_valid_from: Mapped[date | None]
    form: Mapped[str | None]
    period: Mapped[str | None]
    layout_version: Mapped[str | None]
    version: Mapped[int | None]
    received_at: Mapped[datetime]
    landed_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    judgement: Mapped[int] = mapped_column(default=0)
    asked_again: Mapped[bool] = mapped_column(default=False)
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    reason: Mapped[str | None]


class DeliveryRow(Base):
    """One delivery of a file; the same bytes may come through two connectors, under two names."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("connector", "path", "fingerprint", "submission_id"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    connector: Mapped[str]
    path: Mapped[str]
    fingerprint: Mapped[str]
    file_name: Mapped[str]
    sender: Mapped[str | None]
    delivered_at: Mapped[datetime]
    landed_at: Mapped[datetime]


class SubmissionEventRow(Base):
    """One change of a submission's state; the log is append-only.

    `reason` is a code of `MoveReason`, empty where the states say enough. `note` and `actor` are the words and the name
    of the person who made the move, empty where a run did.
    """

    __tablename__ = "submission_event"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    from_state: Mapped[SubmissionState | None] = mapped_column(choice(SubmissionState, "from_state"))
    to_state: Mapped[SubmissionState] = mapped_column(choice(SubmissionState, "to_state"))
    at: Mapped[datetime]
    run_id: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    actor: Mapped[str | None]
