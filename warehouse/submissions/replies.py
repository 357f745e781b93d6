"""Replies to deliveries: those still to be answered, and the record of answers given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from domain.submissions import PENDING_STATES, SubmissionState
from warehouse.models import RepliedJudgementRow, ReplyRow, SubmissionRow
from warehouse.store.engine import Session

_NOT_COUNTED = (SubmissionState.QUARANTINED, SubmissionState.HELD)
_ACCEPTED = (SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class RepliedSubmission:
    """A submission's judgement that a reply tells of, and whether it is accepted."""

    submission_id: int
    judgement: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class GivenReply:
    """A reply to a delivery: its folder in the outbox, and all submissions of the delivery."""

    delivery_id: int
    folder: str
    submissions: tuple[RepliedSubmission, ...]


def unreplied(session: Session) -> tuple[int, ...]:
    """Return deliveries whose senders are still to get a reply, in the order of their numbers.

    A delivery is replied to once all its submissions are judged, and again after another judgement of any of them:
    also of an accepted one that was judged again because another report came later. A receipt still holds after the
    report was withdrawn and restored. A submission replaced by a later delivery before it counted is replied to once,
    as such. Withdrawn ones get no reply.
    """
    row, replied = SubmissionRow, RepliedJudgementRow
    same = replied.submission_id == row.id
    is_of_judgement = and_(same, replied.judgement == row.judgement)
    needs_reply = or_(
        and_(row.state.in_(_NOT_COUNTED), row.judgement > 0, ~exists().where(is_of_judgement)),
        and_(row.state.in_(_ACCEPTED), row.judgement > 0, ~exists().where(is_of_judgement, replied.accepted)),
        and_(row.state == SubmissionState.REPLACED_BEFORE_CHECK, ~exists().where(same)),
    )
    other = aliased(SubmissionRow)
    is_unjudged = exists().where(other.delivery_id == row.delivery_id, other.state.in_(PENDING_STATES))
    return tuple(
        session.scalars(select(row.delivery_id).where(needs_reply, ~is_unjudged).distinct().order_by(row.delivery_id))
    )


def record_replies(session: Session, replies: Iterable[GivenReply], *, at: datetime, run_id: str | None) -> None:
    """Record that deliveries were replied to; a reply that tells nothing new is not recorded again."""
    for reply in replies:
        news = [each for each in reply.submissions if _is_news(session, each)]
        if not news:
            continue
        last = session.scalar(select(func.max(ReplyRow.number)).where(ReplyRow.delivery_id == reply.delivery_id))
        row = ReplyRow(
            delivery_id=reply.delivery_id, number=(last or 0) + 1, given_at=at, run_id=run_id, folder=reply.folder
        )
        session.add(row)
        session.flush()
        session.add_all(
            RepliedJudgementRow(
                submission_id=each.submission_id, judgement=each.judgement, reply_id=row.id, accepted=each.accepted
            )
            for each in news
        )


def _is_news(session: Session, submission: RepliedSubmission) -> bool:
    return session.get(RepliedJudgementRow, (submission.submission_id, submission.judgement)) is None
