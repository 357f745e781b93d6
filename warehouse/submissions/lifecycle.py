"""Change the state of a submission along the permitted transitions, and log every change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.errors import UsageError
from domain.submissions import MoveReason, SubmissionState, check_move
from warehouse.models import SubmissionEventRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class DecisionReason:
    """The reason that a person gave for a change of state, and who they are."""

    note: str
    actor: str


def find(session: Session, submission_id: int) -> SubmissionRow:
    """Return the submission of a number.

    Raises:
        UsageError: there is none.
    """
    result = session.get(SubmissionRow, submission_id)
    if result is None:
        raise UsageError(f"there is no submission {submission_id}")
    return result


def find_all(session: Session, submission_ids: Iterable[int]) -> dict[int, SubmissionRow]:
    """Return the submissions of these numbers, fetched in chunks.

    Raises:
        UsageError: a number has no submission.
    """
    wanted = set(submission_ids)
    results: dict[int, SubmissionRow] = {}
    for chunk in in_chunks(wanted):
        rows = session.scalars(select(SubmissionRow).where(SubmissionRow.id.in_(chunk)))
        results |= {row.id: row for row in rows}
    unknown = [str(number) for number in sorted(wanted - results.keys())]
    if unknown:
        raise UsageError(f"there is no submission {', '.join(unknown)}")
    return results


def age_of(submission: SubmissionRow) -> tuple[datetime, datetime, int]:
    """Return the sort key of submissions by age: when the bytes were first landed, then delivered."""
    return submission.landed_at, submission.received_at, submission.id


def begin(session: Session, submissions: Sequence[SubmissionRow], run_id: str | None) -> None:
    """Log that new submissions were received, when their bytes were landed."""
    session.flush()
    session.add_all(
        SubmissionEventRow(submission_id=each.id, to_state=each.state, at=each.landed_at, run_id=run_id, reason=None)
        for each in submissions
    )


def move(
    session: Session,
    submission: SubmissionRow,
    wanted: SubmissionState,
    at: datetime,
    run_id: str | None,
    *,
    reason: MoveReason | None = None,
    decision: DecisionReason | None = None,
) -> None:
    """Change a submission's state and flush, so that the database holds it before anything else changes.

    Raises:
        IllegalMoveError: its state does not permit the change.
    """
    log_move(session, submission, wanted, at, run_id, reason=reason, decision=decision)
    session.flush()


def log_move(
    session: Session,
    submission: SubmissionRow,
    wanted: SubmissionState,
    at: datetime,
    run_id: str | None,
    *,
    reason: MoveReason | None = None,
    decision: DecisionReason | None = None,
) -> None:
    """Change a submission's state without flushing: many at once, or a state that is passed through and not stored.

    Events of one flush are numbered in the order in which they were logged.

    Raises:
        IllegalMoveError: its state does not permit the change.
    """
    check_move(submission.state, wanted)
    event = SubmissionEventRow(
        submission_id=submission.id,
        from_state=submission.state,
        to_state=wanted,
        at=at,
        run_id=run_id,
        reason=reason,
        note=decision.note if decision else None,
        actor=decision.actor if decision else None,
    )
    session.add(event)
    submission.state = wanted
    submission.reason = reason


def log_again(
    session: Session, submission: SubmissionRow, at: datetime, run_id: str | None, *, reason: MoveReason
) -> None:
    """Log that a submission was judged again and keeps its state, so that the log counts every judgement."""
    session.add(
        SubmissionEventRow(
            submission_id=submission.id,
            from_state=submission.state,
            to_state=submission.state,
            at=at,
            run_id=run_id,
            reason=reason,
        )
    )
    session.flush()
