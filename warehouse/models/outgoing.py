"""What goes out by the ways that reports come in: files for a source, and mails."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.catalog.sources import ReplyWay
from domain.mail.outgoing import OutgoingState
from warehouse.models.base import BIG_ID, Base, choice


class OutgoingRow(Base):
    """Files of a folder of the outbox that go to a source, or by mail to a `recipient`.

    Written in the transaction that records what is answered: `reply_id` is the reply, empty for other mails. Rows with
    one `message_id` go out as one mail; `thread` lists the Message-IDs that it refers to, the answered one last.
    While it is due, `next_at` is when it is tried next; `attempts` counts those that were begun. Times are in UTC.
    """

    __tablename__ = "outgoing"
    __table_args__ = (Index("ix_outgoing_state_next_at", "state", "next_at"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), index=True)
    connector: Mapped[str]
    way: Mapped[ReplyWay] = mapped_column(choice(ReplyWay, "way"))
    folder: Mapped[str]
    files: Mapped[list[str]] = mapped_column(JSON())
    recipient: Mapped[str | None]
    message_id: Mapped[str | None] = mapped_column(index=True)
    thread: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[OutgoingState] = mapped_column(choice(OutgoingState, "state"))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class HandledMailRow(Base):
    """A file of a mail that was handled at once and is no delivery: a check that was asked for."""

    __tablename__ = "handled_mail"
    __table_args__ = (UniqueConstraint("connector", "fingerprint"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    connector: Mapped[str]
    fingerprint: Mapped[str]
    handled_at: Mapped[datetime]


class SenderConfirmationRow(Base):
    """The question to a unit's registered addresses whether another one may report for it, and who confirmed that."""

    __tablename__ = "sender_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(["unit_code", "unit_valid_from"], ["org_unit.code", "org_unit.valid_from"]),
        # The name by columns would be longer than PostgreSQL allows.
        UniqueConstraint("connector", "sender", "unit_code", "unit_valid_from", name="uq_sender_confirmation_question"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    connector: Mapped[str]
    sender: Mapped[str]
    unit_code: Mapped[str]
    unit_valid_from: Mapped[date]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
