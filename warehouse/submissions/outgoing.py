"""The outbox table: what goes out, who tries it, and what became of that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from domain.catalog.sources import ReplyWay
from domain.mail.outgoing import LEASE, MOST_ATTEMPTS, OutgoingState, interval_after
from domain.mail.threads import REPLY, MailThread, message_id_of, reply_subject
from warehouse.models import DeliveryMailRow, DeliveryRow, HandledMailRow, OutgoingRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, serialise

_AT_ONCE = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReplyWays:
    """How replies return to sources, by name, and the addresses that are our own and get no mail."""

    by_source: Mapping[str, ReplyWay] = field(default_factory=dict)
    own_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReplyFiles:
    """The files of a reply in a folder of the outbox, and the text of its mail."""

    folder: str
    names: Sequence[str]
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out by one way: its rows, and their content; see `OutgoingRow`."""

    ids: tuple[int, ...]
    connector: str
    way: ReplyWay
    replies: tuple[ReplyFiles, ...]
    recipient: str | None
    message_id: str | None
    thread: str
    subject: str


def queue_replies(
    session: Session, replies: Sequence[tuple[int, int, ReplyFiles]], ways: ReplyWays, at: datetime
) -> None:
    """Queue replies, by their keys and deliveries, for the ways by which these came, where they take replies.

    A mail is answered to its proved sender alone, unless a program or this installation sent it. The deliveries of one
    mail that are replied to together are answered by one mail.
    """
    message_ids: dict[str, str] = {}
    deliveries = _deliveries(session, (delivery for _, delivery, _ in replies))
    for reply, delivery_id, files in replies:
        delivery, mail = deliveries[delivery_id]
        way = ways.by_source.get(delivery.connector)
        if way is ReplyWay.FILES:
            session.add(_row(reply, delivery, way, files, at))
        elif way is ReplyWay.MAIL and _may_be_mailed(delivery, ways):
            answered = f"{delivery.connector}\0{delivery.path.partition('/')[0]}"
            message_id = message_ids.setdefault(answered, message_id_of(REPLY, reply, answered))
            row = _row(reply, delivery, way, files, at)
            row.recipient, row.message_id = delivery.sender, message_id
            if mail is not None:
                row.thread, row.subject = f"{mail.thread} {mail.message_id}".strip(), reply_subject(mail.subject)
            session.add(row)


def _may_be_mailed(delivery: DeliveryRow, ways: ReplyWays) -> bool:
    return delivery.sender is not None and not delivery.automatic and delivery.sender not in ways.own_addresses


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail that is no reply to a delivery: source, recipient, Message-ID, and the mail that it replies to."""

    connector: str
    recipient: str
    message_id: str
    thread: MailThread


def queue_mail(session: Session, mail: NewMail, files: ReplyFiles, at: datetime) -> None:
    """Queue a mail."""
    session.add(
        OutgoingRow(
            connector=mail.connector,
            way=ReplyWay.MAIL,
            folder=files.folder,
            files=list(files.names),
            recipient=mail.recipient,
            message_id=mail.message_id,
            thread=f"{mail.thread.references} {mail.thread.message_id}".strip(),
            subject=reply_subject(mail.thread.subject) if mail.thread.message_id else mail.thread.subject,
            body=files.text,
            state=OutgoingState.DUE,
            queued_at=at,
            next_at=at,
        )
    )


def keep_handled(session: Session, connector: str, fingerprints: Iterable[str], at: datetime) -> int:
    """Keep that files of a mail were handled and are no deliveries; return the number of the first."""
    rows = [HandledMailRow(connector=connector, fingerprint=each, handled_at=at) for each in fingerprints]
    session.add_all(rows)
    session.flush()
    return rows[0].id


def _row(reply: int, delivery: DeliveryRow, way: ReplyWay, files: ReplyFiles, at: datetime) -> OutgoingRow:
    return OutgoingRow(
        reply_id=reply,
        connector=delivery.connector,
        way=way,
        folder=files.folder,
        files=list(files.names),
        thread="",
        subject="",
        body=files.text,
        state=OutgoingState.DUE,
        queued_at=at,
        next_at=at,
    )


def _deliveries(session: Session, ids: Iterable[int]) -> dict[int, tuple[DeliveryRow, DeliveryMailRow | None]]:
    row, mail = DeliveryRow, DeliveryMailRow
    return {
        delivery.id: (delivery, brought)
        for chunk in in_chunks(ids)
        for delivery, brought in session.execute(
            select(row, mail).outerjoin(mail, mail.delivery_id == row.id).where(row.id.in_(chunk))
        )
    }


def claim(session: Session, at: datetime) -> tuple[Outgoing, ...]:
    """Take some of what is due, so that no other process tries it within `LEASE`, and count the attempt.

    Of a process that is killed while it tries, the next attempt is made after that.
    """
    serialise(session)
    due = select(OutgoingRow).where(OutgoingRow.state == OutgoingState.DUE, OutgoingRow.next_at <= at)
    rows = list(session.scalars(due.order_by(OutgoingRow.id).limit(_AT_ONCE)))
    ids = {row.id for row in rows}
    mails = {row.message_id for row in rows if row.message_id is not None}
    rows += [row for row in session.scalars(due.where(OutgoingRow.message_id.in_(mails))) if row.id not in ids]
    together: dict[str, list[OutgoingRow]] = {}
    for row in rows:
        row.attempts += 1
        row.next_at = at + LEASE
        together.setdefault(row.message_id or str(row.id), []).append(row)
    return tuple(map(_outgoing, together.values()))


def _outgoing(rows: Sequence[OutgoingRow]) -> Outgoing:
    first = rows[0]
    return Outgoing(
        ids=tuple(row.id for row in rows),
        connector=first.connector,
        way=first.way,
        replies=tuple(ReplyFiles(row.folder, tuple(row.files), row.body) for row in rows),
        recipient=first.recipient,
        message_id=first.message_id,
        thread=first.thread,
        subject=first.subject,
    )


def record_sent(session: Session, ids: Iterable[int], at: datetime) -> None:
    """Record that something was sent."""
    values = {"state": OutgoingState.SENT, "sent_at": at, "last_error": None}
    session.execute(update(OutgoingRow).where(OutgoingRow.id.in_(ids)).values(values))


def record_failed(session: Session, ids: Iterable[int], at: datetime, reason: str, *, for_good: bool = False) -> None:
    """Record why an attempt failed; it is made again after a while, unless that is hopeless or was done often."""
    for row in session.scalars(select(OutgoingRow).where(OutgoingRow.id.in_(ids))):
        row.last_error = reason
        row.next_at = at + interval_after(row.attempts)
        if for_good or row.attempts >= MOST_ATTEMPTS:
            row.state = OutgoingState.FAILED


def put_off(session: Session, ids: Iterable[int], until: datetime, reason: str) -> None:
    """Take an attempt back that was not made; it is made later."""
    for row in session.scalars(select(OutgoingRow).where(OutgoingRow.id.in_(ids))):
        row.attempts -= 1
        row.next_at, row.last_error = until, reason


def sent_within_a_day(session: Session, recipient: str, at: datetime) -> int:
    """Return how many mails were sent to an address in the day before a moment."""
    sent = select(func.count(OutgoingRow.message_id.distinct())).where(
        OutgoingRow.recipient == recipient, OutgoingRow.state == OutgoingState.SENT, OutgoingRow.sent_at > at - _DAY
    )
    return session.scalar(sent) or 0


def try_again(session: Session, numbers: Sequence[int], at: datetime) -> int:
    """Make what failed due again, and what waits due at once; of all numbers, where none is named.

    What goes out by one mail is tried together.

    Returns:
        How many.
    """
    serialise(session)
    row = OutgoingRow
    waits = (row.state == OutgoingState.DUE) & (row.attempts > 0)
    chosen = select(row).where(or_(row.state == OutgoingState.FAILED, waits))
    mails = select(row.message_id).where(row.id.in_(numbers))
    named = or_(row.id.in_(numbers), row.message_id.in_(mails))
    rows = list(session.scalars(chosen.where(named) if numbers else chosen))
    for each in rows:
        each.state, each.attempts, each.next_at = OutgoingState.DUE, 0, at
    return len(rows)
