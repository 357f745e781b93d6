"""Receive files: each deliberate delivery makes a submission, whatever its bytes were before; a touched file none."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from domain.mail.threads import MailThread
from domain.submissions import SubmissionState
from warehouse.models import DeliveryMailRow, DeliveryRow, FileRow, HandledMailRow, SourceCursorRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks, table_of
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import begin

DELIBERATE = func.coalesce(DeliveryRow.repeats_id, DeliveryRow.id)
"""The deliberate delivery that a delivery is or repeats: `SubmissionRow.delivery_id` of its submissions."""

_T = TypeVar("_T", int, str)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivered file whose bytes are landed.

    `path` is relative to the connector's root; `fingerprint` stays the same while the file does; `size` is in bytes;
    `delivered_at` is when the sender delivered it, `landed_at` when it was fetched; `sender` is an address, if known.
    An `automatic` one was sent by a program. `mail` is the mail that brought it, if one did.
    """

    connector: str
    path: str
    fingerprint: str
    file_name: str
    sha256: str
    size: int
    delivered_at: datetime
    landed_at: datetime
    sender: str | None = None
    automatic: bool = False
    mail: MailThread | None = None


def known_fingerprints(session: Session, connector: str) -> frozenset[str]:
    """Return the fingerprints of all files landed from a connector, or handled: they need not be fetched again."""
    landed = select(DeliveryRow.fingerprint).where(DeliveryRow.connector == connector)
    handled = select(HandledMailRow.fingerprint).where(HandledMailRow.connector == connector)
    return frozenset(session.scalars(union_all(landed, handled)))


def cursor_of(session: Session, connector: str) -> str | None:
    """Return where the next listing of a connector begins; None: at the beginning."""
    row = session.get(SourceCursorRow, connector)
    return row.position if row is not None else None


def keep_cursor(session: Session, connector: str, position: str, at: datetime) -> None:
    """Keep where the next listing of a connector begins."""
    row = session.get(SourceCursorRow, connector)
    if row is None:
        session.add(SourceCursorRow(connector=connector, position=position, kept_at=at))
    elif row.position != position:
        row.position, row.kept_at = position, at


def known_files(session: Session, digests: Collection[str]) -> frozenset[str]:
    """Return those of the sha256 whose bytes were delivered before."""
    return frozenset(
        digest
        for chunk in in_chunks(digests)
        for digest in session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_(chunk)))
    )


def keep_file(session: Session, digest: str, size: int, at: datetime) -> None:
    """Record landed bytes that are no delivery: the mail of an answer."""
    if session.get(FileRow, digest) is None:
        session.add(FileRow(sha256=digest, size=size, landed_at=at))


def fingerprints_of(session: Session, digests: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the fingerprints under which files of these sha256 came: by connector, each with its sha256."""
    result = defaultdict[str, dict[str, str]](dict)
    for chunk in in_chunks(digests):
        columns = select(DeliveryRow.connector, DeliveryRow.fingerprint, DeliveryRow.sha256)
        for connector, fingerprint, digest in session.execute(columns.where(DeliveryRow.sha256.in_(chunk))):
            result[connector][fingerprint] = digest
    return dict(result)


def is_delivery_of() -> ColumnElement[bool]:
    """Return SQL for deliveries of a submission: the one that it was made of, and those that repeat it."""
    made_of = SubmissionRow.delivery_id
    return or_(DeliveryRow.id == made_of, DeliveryRow.repeats_id == made_of)


def deliveries_of(session: Session, submission_ids: Iterable[int]) -> dict[int, list[DeliveryRow]]:
    """Return the deliveries of each submission, in the order in which they were landed."""
    row, result = DeliveryRow, defaultdict[int, list[DeliveryRow]](list)
    for chunk in in_chunks(submission_ids):
        landed = (
            select(SubmissionRow.id, row)
            .join(row, is_delivery_of())
            .where(SubmissionRow.id.in_(chunk))
            .order_by(row.landed_at, row.delivered_at, row.id)
        )
        for submission_id, delivery in session.execute(landed):
            result[submission_id].append(delivery)
    return result


def receive(session: Session, arrival: Arrival, run_id: str | None = None, *, restored: bool = False) -> int:
    """Record an arrival and make a submission of it, unless it repeats an earlier delivery.

    It does so where the newest file at that path has the same bytes (it was touched), and where known bytes are
    `restored` together with many others. The same delivery twice changes nothing.

    Returns:
        The submission's number; that of the repeated delivery where none is made.
    """
    serialise(session)
    at_path = select(DeliveryRow).where(DeliveryRow.connector == arrival.connector, DeliveryRow.path == arrival.path)
    same_bytes = DeliveryRow.sha256 == arrival.sha256
    known = session.scalar(at_path.where(same_bytes, DeliveryRow.fingerprint == arrival.fingerprint))
    if known is not None:
        return _submission_of(session, known)
    newest_first = DeliveryRow.id.desc()
    repeated = session.scalar(at_path.order_by(newest_first).limit(1))
    if repeated is None or repeated.sha256 != arrival.sha256:
        repeated = _restored(session, at_path.where(same_bytes), arrival.sha256) if restored else None
    if session.get(FileRow, arrival.sha256) is None:
        session.add(FileRow(sha256=arrival.sha256, size=arrival.size, landed_at=arrival.landed_at))
        session.flush()
    delivery = DeliveryRow(**_delivery(arrival, repeated, restored=restored and repeated is not None))
    session.add(delivery)
    session.flush()
    _keep_mails(session, [(delivery.id, arrival)])
    if repeated is None:
        return _new_submission(session, delivery, run_id).id
    for submission in session.scalars(select(SubmissionRow).where(SubmissionRow.delivery_id == delivery.repeats_id)):
        submission.received_at = min(submission.received_at, arrival.delivered_at)
    return _submission_of(session, delivery)


def receive_new(session: Session, arrivals: Sequence[Arrival], run_id: str | None = None) -> list[int]:
    """Record arrivals of bytes that never arrived before and make a submission of each; see `receive`.

    Nothing at their paths has these bytes, so none of them repeats a delivery.

    Returns:
        The submissions' numbers, in the order of the arrivals.
    """
    serialise(session)
    # Not objects of the ORM, which SQLite takes one by one to return their numbers: these grow in the rows' order.
    files = {each.sha256: {"sha256": each.sha256, "size": each.size, "landed_at": each.landed_at} for each in arrivals}
    add_rows(session, table_of(FileRow), list(files.values()))
    add_rows(session, table_of(DeliveryRow), [_delivery(arrival, None, restored=False) for arrival in arrivals])
    deliveries = dict(zip(_numbers(session, DeliveryRow.id, DeliveryRow.sha256, files), arrivals, strict=True))
    _keep_mails(session, deliveries.items())
    add_rows(session, table_of(SubmissionRow), [_submission(key, each) for key, each in deliveries.items()])
    submissions = _numbers(session, SubmissionRow.id, SubmissionRow.delivery_id, deliveries)
    begin(session, {key: each.landed_at for key, each in zip(submissions, arrivals, strict=True)}, run_id)
    return submissions


def _numbers(
    session: Session, key: InstrumentedAttribute[int], of: InstrumentedAttribute[_T], values: Iterable[_T]
) -> list[int]:
    """Return the numbers of the rows that have these values, in their order."""
    chunks = (session.scalars(select(key).where(of.in_(chunk))) for chunk in in_chunks(values))
    return sorted(number for chunk in chunks for number in chunk)


def divide(session: Session, submission_id: int, parts: Sequence[str], run_id: str | None = None) -> dict[str, int]:
    """Make a submission of each part of a file of many units: of the first the one that was received, the others new.

    Returns:
        The submission of each part, in the order of the parts.
    """
    serialise(session)
    received = session.get_one(SubmissionRow, submission_id)
    delivery = session.get_one(DeliveryRow, received.delivery_id)
    received.part = parts[0]
    others = [_submission_row(delivery, part) for part in parts[1:]]
    session.add_all(others)
    session.flush()
    begin(session, {each.id: each.landed_at for each in others}, run_id)
    return {part: row.id for part, row in zip(parts, (received, *others), strict=True)}


def _keep_mails(session: Session, deliveries: Iterable[tuple[int, Arrival]]) -> None:
    session.add_all(
        DeliveryMailRow(
            delivery_id=delivery,
            message_id=arrival.mail.message_id,
            thread=arrival.mail.references,
            subject=arrival.mail.subject,
        )
        for delivery, arrival in deliveries
        if arrival.mail is not None
    )


def _restored(session: Session, at_path: Select[tuple[DeliveryRow]], sha256: str) -> DeliveryRow | None:
    """Return the newest delivery of these bytes, of those at the same path if there are any."""
    newest_first = DeliveryRow.id.desc()
    anywhere = select(DeliveryRow).where(DeliveryRow.sha256 == sha256)
    here = session.scalar(at_path.order_by(newest_first).limit(1))
    return here or session.scalar(anywhere.order_by(newest_first).limit(1))


def _submission_of(session: Session, delivery: DeliveryRow) -> int:
    made_of = delivery.repeats_id or delivery.id
    return session.scalars(select(func.max(SubmissionRow.id)).where(SubmissionRow.delivery_id == made_of)).one() or 0


def _new_submission(session: Session, delivery: DeliveryRow, run_id: str | None) -> SubmissionRow:
    submission = _submission_row(delivery)
    session.add(submission)
    session.flush()
    begin(session, {submission.id: submission.landed_at}, run_id)
    return submission


def _submission_row(delivery: DeliveryRow, part: str | None = None) -> SubmissionRow:
    return SubmissionRow(**_submission(delivery.id, delivery, part))


def _submission(delivery_id: int, came: Arrival | DeliveryRow, part: str | None = None) -> dict[str, object]:
    return {
        "part": part,
        "delivery_id": delivery_id,
        "sha256": came.sha256,
        "file_name": came.file_name,
        "state": SubmissionState.RECEIVED,
        "received_at": came.delivered_at,
        "landed_at": came.landed_at,
        "judgement": 0,
        "asked_again": False,
    }


def _delivery(arrival: Arrival, repeated: DeliveryRow | None, *, restored: bool) -> dict[str, object]:
    return {
        "sha256": arrival.sha256,
        "repeats_id": (repeated.repeats_id or repeated.id) if repeated else None,
        "restored": restored,
        "connector": arrival.connector,
        "path": arrival.path,
        "fingerprint": arrival.fingerprint,
        "file_name": arrival.file_name,
        "sender": arrival.sender,
        "automatic": arrival.automatic,
        "delivered_at": arrival.delivered_at,
        "landed_at": arrival.landed_at,
    }
