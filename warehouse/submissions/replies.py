"""Replies to deliveries: those still to be answered, and the record of answers given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.submissions import PENDING_STATES, SubmissionState
from warehouse.models import DeliveryRow, RepliedJudgementRow, ReplyRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks, table_of
from warehouse.store.engine import Session
from warehouse.submissions.outgoing import ReplyFiles, ReplyWays, queue_replies
from warehouse.submissions.withdrawal import Decision

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
    """A reply to a delivery: its files in the outbox, and all submissions of the delivery."""

    delivery_id: int
    files: ReplyFiles
    submissions: tuple[RepliedSubmission, ...]


def unreplied(session: Session) -> tuple[int, ...]:
    """Return deliveries whose senders are still to get a reply, in the order of their numbers.

    A delivery is replied to once all its submissions are judged, and again after another judgement of any of them:
    also of an accepted one that was judged again because another report came later. A receipt still holds after the
    report was withdrawn and restored. A submission replaced by a later delivery before it counted is replied to once,
    as such. Withdrawn ones get no reply, nor do deliveries that a program sent: two programs could answer each other
    for ever.
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
    is_automatic = exists().where(DeliveryRow.id == row.delivery_id, DeliveryRow.automatic)
    wanted = select(row.delivery_id).where(needs_reply, ~is_unjudged, ~is_automatic)
    return tuple(session.scalars(wanted.distinct().order_by(row.delivery_id)))


def record_replies(
    session: Session,
    replies: Sequence[GivenReply],
    *,
    at: datetime,
    run_id: str | None,
    ways: ReplyWays = ReplyWays(),  # noqa: B008 -- it cannot be changed
) -> None:
    """Record that deliveries were replied to, and queue the replies for the ways by which these came.

    A reply that tells nothing new is not recorded again.
    """
    known = _replied_judgements(session, (each.submission_id for reply in replies for each in reply.submissions))
    last = _last(session, ReplyRow.number, (reply.delivery_id for reply in replies))
    news = {
        reply.delivery_id: (reply, fresh)
        for reply in replies
        if (fresh := [each for each in reply.submissions if (each.submission_id, each.judgement) not in known])
    }
    rows = [_row(delivery, last.get(delivery, 0) + 1, at, run_id, reply.files) for delivery, (reply, _) in news.items()]
    add_rows(session, table_of(ReplyRow), rows)
    keys = _last(session, ReplyRow.id, news)
    queue_replies(session, [(keys[delivery], delivery, reply.files) for delivery, (reply, _) in news.items()], ways, at)
    judgements = [
        {
            "submission_id": each.submission_id,
            "judgement": each.judgement,
            "reply_id": keys[delivery],
            "accepted": each.accepted,
        }
        for delivery, (_, submissions) in news.items()
        for each in submissions
    ]
    add_rows(session, table_of(RepliedJudgementRow), judgements)


def record_message(session: Session, delivery_id: int, files: ReplyFiles, decision: Decision, ways: ReplyWays) -> None:
    """Record a message of a person to the sender of a delivery, and queue it for the way by which that came."""
    last = _last(session, ReplyRow.number, [delivery_id]).get(delivery_id, 0)
    row = ReplyRow(**_row(delivery_id, last + 1, decision.at, decision.run_id, files))
    session.add(row)
    session.flush()
    queue_replies(session, [(row.id, delivery_id, files)], ways, decision.at)


def _row(delivery_id: int, number: int, at: datetime, run_id: str | None, files: ReplyFiles) -> dict[str, object]:
    return {
        "delivery_id": delivery_id,
        "number": number,
        "given_at": at,
        "run_id": run_id,
        "folder": files.folder,
    }


def _replied_judgements(session: Session, submission_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return submission and judgement of each that was told of."""
    row = RepliedJudgementRow
    return {
        (submission, judgement)
        for chunk in in_chunks(submission_ids)
        for submission, judgement in session.execute(
            select(row.submission_id, row.judgement).where(row.submission_id.in_(chunk))
        )
    }


def _last(session: Session, of: InstrumentedAttribute[int], delivery_ids: Iterable[int]) -> dict[int, int]:
    """Return the greatest number or key of the replies to each delivery that was replied to."""
    row = ReplyRow
    return {
        delivery: last
        for chunk in in_chunks(delivery_ids)
        for delivery, last in session.execute(
            select(row.delivery_id, func.max(of)).where(row.delivery_id.in_(chunk)).group_by(row.delivery_id)
        )
    }
