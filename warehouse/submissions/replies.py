"""Replies to senders: judgements still to be answered, and the record of answers sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select

from domain.submissions import SubmissionState
from warehouse.models import ReplyRow, SubmissionRow
from warehouse.store.engine import Session

_NOT_COUNTED = (SubmissionState.QUARANTINED, SubmissionState.HELD)
_ACCEPTED = (SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class RepliedSubmission:
    """A judgement replied to: whether as accepted, and into which folder of the outbox."""

    submission_id: int
    judgement: int
    accepted: bool
    folder: str


def unreplied(session: Session) -> tuple[int, ...]:
    """Return submissions whose senders are still to get a reply, in the order of their numbers.

    A report is replied to after each judgement, also an accepted one that was judged again because an earlier period's
    report came later. A receipt still holds after the report was withdrawn and restored. One replaced by a later
    delivery before it counted is replied to once, as such. Withdrawn reports get no reply.
    """
    same = ReplyRow.submission_id == SubmissionRow.id
    is_of_judgement = and_(same, ReplyRow.judgement == SubmissionRow.judgement)
    refusal_replied = exists().where(is_of_judgement)
    acceptance_replied = exists().where(is_of_judgement, ReplyRow.accepted)
    replied = exists().where(same)
    rows = session.scalars(
        select(SubmissionRow.id)
        .where(
            or_(
                and_(SubmissionRow.state.in_(_NOT_COUNTED), SubmissionRow.judgement > 0, ~refusal_replied),
                and_(SubmissionRow.state.in_(_ACCEPTED), SubmissionRow.judgement > 0, ~acceptance_replied),
                and_(SubmissionRow.state == SubmissionState.REPLACED_BEFORE_CHECK, ~replied),
            ),
        )
        .order_by(SubmissionRow.id)
    )
    return tuple(rows)


def record_replies(session: Session, replies: Iterable[RepliedSubmission], *, at: datetime, run_id: str | None) -> None:
    """Record that judgements were replied to; recording one again changes nothing."""
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
