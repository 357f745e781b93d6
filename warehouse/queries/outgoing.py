"""What goes out by the ways that reports came: due, sent, failed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.catalog.sources import ReplyWay
from domain.mail.outgoing import OutgoingState
from warehouse.models import OutgoingRow, ReplyRow
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """What goes out by one way; times are in UTC.

    `delivery` is the number of the delivery that it replies to, None for other mails; `folder` in the outbox is named
    after unit and period. `next_at` is when it is tried next, None unless it is due.
    """

    number: int
    state: OutgoingState
    source: str
    way: ReplyWay
    delivery: int | None
    folder: str
    recipient: str | None
    attempts: int
    queued_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    problem: str | None


def outgoing_records(
    session: Session, states: Collection[OutgoingState], unit: str | None, last: int
) -> tuple[OutgoingRecord, ...]:
    """Return what is in one of these states, of one unit or all, the newest first, at most `last`."""
    row, reply = OutgoingRow, ReplyRow
    statement = select(row, reply.delivery_id).outerjoin(reply, reply.id == row.reply_id).where(row.state.in_(states))
    if unit is not None:
        statement = statement.where(row.folder.startswith(f"{unit}/", autoescape=True))
    return tuple(
        OutgoingRecord(
            number=each.id,
            state=each.state,
            source=each.connector,
            way=each.way,
            delivery=delivery,
            folder=each.folder,
            recipient=each.recipient,
            attempts=each.attempts,
            queued_at=each.queued_at,
            next_at=each.next_at if each.state is OutgoingState.DUE else None,
            sent_at=each.sent_at,
            problem=each.last_error,
        )
        for each, delivery in session.execute(statement.order_by(row.id.desc()).limit(last))
    )
