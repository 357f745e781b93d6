"""Files, their deliveries, the submissions made of these, and the log of their states."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.submissions import SubmissionState
from warehouse.models.base import BIG_ID, Base, choice


class FileRow(Base):
    """The bytes of one file, landed once however often they are delivered; `size` is in bytes."""

    __tablename__ = "file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BIG_ID)
    landed_at: Mapped[datetime]


class DeliveryRow(Base):
    """One delivery of a file; the same bytes may come through two connectors, or under two names.

    `repeats_id` names the delivery that this one repeats: the sender sent nothing, the file was only touched, or
    `restored` together with many others. A delivery that repeats none is deliberate and makes submissions of its own.
    An `automatic` one was sent by a program (an automatic reply, a list, a bounce): it gets no reply.
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("connector", "path", "fingerprint", "sha256"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), index=True)
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    restored: Mapped[bool] = mapped_column(default=False)
    connector: Mapped[str]
    path: Mapped[str]
    fingerprint: Mapped[str]
    file_name: Mapped[str]
    sender: Mapped[str | None]
    automatic: Mapped[bool] = mapped_column(default=False, server_default=false())
    delivered_at: Mapped[datetime]
    landed_at: Mapped[datetime]


class DeliveryMailRow(Base):
    """The mail that brought a delivery: what a reply to it refers to (Message-ID, References) and its subject."""

    __tablename__ = "delivery_mail"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True, autoincrement=False)
    message_id: Mapped[str]
    thread: Mapped[str]
    subject: Mapped[str]


class SourceCursorRow(Base):
    """Where the next listing of a source begins that lists only what is new, in the terms of its connector."""

    __tablename__ = "source_cursor"

    connector: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str]
    kept_at: Mapped[datetime]


class SubmissionRow(Base):
    """What one delivered file reports for one unit, form and period, and its state.

    `part` tells which unit's part of a file of many units it is of, by code ("": what is of no unit); None: the whole.
    Unit, form and period are empty until reading identifies them. `version` counts the submissions of one report in the
    order they were placed. `judgement` counts how often it was judged: issues and repairs of the last one count.
    `asked_again` marks a refused submission that is to be judged once more. Times are in UTC.
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
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), index=True)
    file_name: Mapped[str]
    part: Mapped[str | None]
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
