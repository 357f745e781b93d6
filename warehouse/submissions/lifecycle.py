"""Change the state of a submission along the permitted transitions, and log every change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from domain.errors import UsageError
from domain.submissions import MoveReason, SubmissionState, check_move
from warehouse.models import SubmissionEventRow, SubmissionRow
from warehouse.store.bulk import add_rows, in_chunks, table_of
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


def begin(session: Session, landed: Mapping[int, datetime], run_id: str | None) -> None:
    """Log that new submissions were received, by number, when their bytes were landed."""
    events = [_event(number, None, SubmissionState.RECEIVED, at, run_id) for number, at in landed.items()]
    add_rows(session, table_of(SubmissionEventRow), events)


def count_anew(session: Session) -> None:
    """Have PostgreSQL count submissions and events, by which it plans, after many changed; SQLite plans without.

    PostgreSQL does so by itself once a minute at most, and planned by earlier counts (none accepted, none of the
    period), statements compare each of the country's reports with each.
    """
    if session.get_bind().dialect.name == "postgresql":
        for row in (SubmissionRow, SubmissionEventRow):
            session.execute(text(f"ANALYZE {table_of(row).name}"))


class MoveLog:
    """Changes of state that a run makes of many submissions: their events are written at once, in their order."""

    def __init__(self, session: Session, at: datetime, run_id: str | None) -> None:
        """Begin without events."""
        self._session, self._at, self._run_id = session, at, run_id
        self._events: list[dict[str, object]] = []

    def move(self, submission: SubmissionRow, wanted: SubmissionState, reason: MoveReason | None = None) -> None:
        """Change a submission's state without flushing: it may be passed through and not stored.

        Raises:
            IllegalMoveError: its state does not permit the change.
        """
        check_move(submission.state, wanted)
        self._events.append(_event(submission.id, submission.state, wanted, self._at, self._run_id, reason=reason))
        submission.state = wanted
        submission.reason = reason

    def again(self, submission: SubmissionRow, reason: MoveReason) -> None:
        """Log that a submission was judged again and keeps its state, so that the log counts every judgement."""
        self._events.append(
            _event(submission.id, submission.state, submission.state, self._at, self._run_id, reason=reason)
        )

    def write(self) -> None:
        """Write the states and the events."""
        add_rows(self._session, table_of(SubmissionEventRow), self._events)
        self._session.flush()
        self._events = []


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
    check_move(submission.state, wanted)
    session.add(
        SubmissionEventRow(
            **_event(submission.id, submission.state, wanted, at, run_id, reason=reason, decision=decision)
        )
    )
    submission.state = wanted
    submission.reason = reason
    session.flush()


def log_again(
    session: Session, submission: SubmissionRow, at: datetime, run_id: str | None, *, reason: MoveReason
) -> None:
    """Log that a submission was judged again and keeps its state; see `MoveLog.again`."""
    session.add(
        SubmissionEventRow(**_event(submission.id, submission.state, submission.state, at, run_id, reason=reason))
    )
    session.flush()


def _event(
    submission_id: int,
    before: SubmissionState | None,
    after: SubmissionState,
    at: datetime,
    run_id: str | None,
    *,
    reason: MoveReason | None = None,
    decision: DecisionReason | None = None,
) -> dict[str, object]:
    return {
        "submission_id": submission_id,
        "from_state": before,
        "to_state": after,
        "at": at,
        "run_id": run_id,
        "reason": reason,
        "note": decision.note if decision else None,
        "actor": decision.actor if decision else None,
    }
