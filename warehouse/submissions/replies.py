"""Replies: which judgements their senders have not heard of, and that they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select

from domain.submissions import SubmissionState
from warehouse.models import ReplyRow, SubmissionRow
from warehouse.store.engine import Session

_ACCEPTED = (SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class RepliedSubmission:
    """A judgement that was given back: whether as accepted, and to which folder of the outbox."""

    submission_id: int
    judgement: int
    accepted: bool
    folder: str


def unreplied(session: Session) -> tuple[int, ...]:
    """Submissions whose senders have not heard what became of them, in the order of their numbers.

    Of a refused report the sender hears after each judgement, of an accepted one once: withdrawn and restored it is
    still what the receipt says. What a person withdrew, or a later delivery replaced unjudged, has no reply.
    """
    same = ReplyRow.submission_id == SubmissionRow.id
    heard_of_refusal = exists().where(and_(same, ReplyRow.judgement == SubmissionRow.judgement))
    heard_of_acceptance = exists().where(and_(same, ReplyRow.accepted))
    rows = session.scalars(
        select(SubmissionRow.id)
        .where(
            SubmissionRow.judgement > 0,
            or_(
                and_(SubmissionRow.state == SubmissionState.QUARANTINED, ~heard_of_refusal),
                and_(SubmissionRow.state.in_(_ACCEPTED), ~heard_of_acceptance),
            ),
        )
        .order_by(SubmissionRow.id)
    )
    return tuple(rows)


def record_replies(session: Session, replies: Iterable[RepliedSubmission], *, at: datetime, run_id: str | None) -> None:
    """Note that judgements were given back; noted twice is noted once."""
    for reply in replies:
        if session.get(ReplyRow, (reply.submission_id, reply.judgement)) is None:
            session.add(
                ReplyRow(
                    submission_id=reply.submission_id,
                    judgement=reply.judgement,
                    accepted=reply.accepted,
                    given_at=at,
                    run_id=run_id,
                    folder=reply.folder,
                )
            )
