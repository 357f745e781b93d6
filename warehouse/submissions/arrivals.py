"""Receive files: one submission per content, however often and through whichever connector it is delivered."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.submissions import SubmissionState
from warehouse.models import DeliveryRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import begin


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivered file whose bytes are landed.

    `path` is relative to the connector's root; `fingerprint` stays the same while the file does; `size` is in bytes;
    `delivered_at` is when the sender delivered it, `landed_at` when it was fetched; `sender` is an address, if known.
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


def known_fingerprints(session: Session, connector: str) -> frozenset[str]:
    """Return the fingerprints of all files landed from a connector: they need not be fetched again."""
    return frozenset(session.scalars(select(DeliveryRow.fingerprint).where(DeliveryRow.connector == connector)))


def deliveries_of(session: Session, submission_ids: Iterable[int]) -> dict[int, list[DeliveryRow]]:
    """Return the deliveries of each submission, in the order in which they were landed."""
    row, result = DeliveryRow, defaultdict[int, list[DeliveryRow]](list)
    for chunk in in_chunks(submission_ids):
        landed = select(row).where(row.submission_id.in_(chunk)).order_by(row.landed_at, row.delivered_at, row.id)
        for delivery in session.scalars(landed):
            result[delivery.submission_id].append(delivery)
    return result


def receive(session: Session, arrival: Arrival, run_id: str | None = None) -> int:
    """Record an arrival; the same delivery twice changes nothing.

    Known bytes make no new submission: the delivery is added to the existing one. If that is quarantined and the file
    has moved, it is queued to be judged once more, for its folder may have been what was wrong.

    Returns:
        The submission's number.
    """
    serialise(session)
    submission = session.scalar(select(SubmissionRow).where(SubmissionRow.sha256 == arrival.sha256))
    if submission is None:
        submission = _new_submission(session, arrival, run_id)
    earlier = session.scalars(select(DeliveryRow).where(DeliveryRow.submission_id == submission.id)).all()
    known_paths = {(delivery.connector, delivery.path) for delivery in earlier}
    if any(_is_same(delivery, arrival) for delivery in earlier):
        return submission.id
    session.add(_delivery_row(submission.id, arrival))
    submission.received_at = min(submission.received_at, arrival.delivered_at)
    is_moved = bool(known_paths) and (arrival.connector, arrival.path) not in known_paths
    if is_moved and submission.state is SubmissionState.QUARANTINED:
        submission.asked_again = True
    return submission.id


def _is_same(delivery: DeliveryRow, arrival: Arrival) -> bool:
    return (delivery.connector, delivery.path, delivery.fingerprint) == (
        arrival.connector,
        arrival.path,
        arrival.fingerprint,
    )


def _new_submission(session: Session, arrival: Arrival, run_id: str | None) -> SubmissionRow:
    submission = SubmissionRow(
        sha256=arrival.sha256,
        size=arrival.size,
        file_name=arrival.file_name,
        state=SubmissionState.RECEIVED,
        received_at=arrival.delivered_at,
        landed_at=arrival.landed_at,
    )
    session.add(submission)
    begin(session, submission, arrival.landed_at, run_id)
    return submission


def _delivery_row(submission_id: int, arrival: Arrival) -> DeliveryRow:
    return DeliveryRow(
        submission_id=submission_id,
        connector=arrival.connector,
        path=arrival.path,
        fingerprint=arrival.fingerprint,
        file_name=arrival.file_name,
        sender=arrival.sender,
        delivered_at=arrival.delivered_at,
        landed_at=arrival.landed_at,
    )
