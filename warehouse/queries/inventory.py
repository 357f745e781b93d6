"""Inventory of submissions: counts by period and state, the submissions of each count, and the work that waits."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, tuple_

from domain.mail.outgoing import OutgoingState
from domain.periods import Period, parse_period
from domain.submissions import PENDING_STATES, SubmissionState
from domain.units import UnitKey
from warehouse.models import OutgoingRow, SubmissionRow
from warehouse.queries.files import issue_counts
from warehouse.store.engine import Session
from warehouse.store.reference import unit_names
from warehouse.submissions.replies import unreplied


@dataclass(frozen=True, slots=True)
class Inventory:
    """Number of submissions by period and state, newest period first; None: period unknown."""

    counts: Mapping[Period | None, Mapping[SubmissionState, int]]

    @property
    def states(self) -> frozenset[SubmissionState]:
        """The states that any submission has."""
        return frozenset(state for states in self.counts.values() for state in states)

    @property
    def total(self) -> int:
        """Number of all submissions."""
        return sum(number for states in self.counts.values() for number in states.values())


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """A submission in a list; unit and name are None where they could not be identified. `received_at` is in UTC."""

    id: int
    unit: str | None
    unit_name: str | None
    form: str | None
    period: str | None
    version: int | None
    state: SubmissionState
    file_name: str
    received_at: datetime
    issues: int


@dataclass(frozen=True, slots=True)
class Workload:
    """Numbers of what waits, and since when the oldest of it does (UTC; None where nothing waits)."""

    reports: int
    reports_since: datetime | None
    answers: int
    messages: Mapping[OutgoingState, int]
    messages_since: datetime | None


def inventory(session: Session, units: Collection[UnitKey] | None = None) -> Inventory:
    """Count the submissions of some units; None: all, those of no unit among them."""
    row = SubmissionRow
    results: dict[Period | None, dict[SubmissionState, int]] = defaultdict(dict)
    for period, state, number in session.execute(
        select(row.period, row.state, func.count()).where(*_of(units)).group_by(row.period, row.state)
    ).tuples():
        results[parse_period(period) if period else None][state] = number
    return Inventory({period: results[period] for period in sorted(results, key=_newest_first)})


def submissions_in(
    session: Session,
    period: Period | None,
    state: SubmissionState,
    units: Collection[UnitKey] | None = None,
    *,
    first: int = 0,
    most: int = 500,
) -> tuple[InventoryEntry, ...]:
    """Return submissions of a period (None: unknown) in a state, by unit and version: `most` of them after `first`.

    Of some units; None: of all, and those of no unit.
    """
    row = SubmissionRow
    submissions = session.scalars(
        select(row)
        .where(row.period == period.id if period else row.period.is_(None), row.state == state, *_of(units))
        .order_by(row.unit_code, row.version, row.id)
        .offset(first)
        .limit(most)
    ).all()
    keys = {
        submission.id: UnitKey(submission.unit_code, submission.unit_valid_from)
        for submission in submissions
        if submission.unit_code and submission.unit_valid_from
    }
    names = unit_names(session, list(keys.values()))
    counts = issue_counts(session, [(submission.id, submission.judgement) for submission in submissions])
    return tuple(
        InventoryEntry(
            id=submission.id,
            unit=submission.unit_code,
            unit_name=names[keys[submission.id]] if submission.id in keys else None,
            form=submission.form,
            period=submission.period,
            version=submission.version,
            state=submission.state,
            file_name=submission.file_name,
            received_at=submission.received_at,
            issues=counts.get((submission.id, submission.judgement), 0),
        )
        for submission in submissions
    )


def workload(session: Session) -> Workload:
    """Count reports that are not judged yet, judged deliveries without an answer, and messages by state."""
    waiting = select(func.count(), func.min(SubmissionRow.landed_at)).where(SubmissionRow.state.in_(PENDING_STATES))
    reports, reports_since = session.execute(waiting).tuples().one()
    by_state = select(OutgoingRow.state, func.count()).group_by(OutgoingRow.state)
    due_since = select(func.min(OutgoingRow.queued_at)).where(OutgoingRow.state == OutgoingState.DUE)
    counts = dict(session.execute(by_state).tuples().all())
    return Workload(
        reports=reports,
        reports_since=reports_since,
        answers=len(unreplied(session)),
        messages={state: counts.get(state, 0) for state in OutgoingState},
        messages_since=session.scalar(due_since),
    )


def _of(units: Collection[UnitKey] | None) -> list[ColumnElement[bool]]:
    if units is None:
        return []
    return [tuple_(SubmissionRow.unit_code, SubmissionRow.unit_valid_from).in_([tuple(key) for key in units])]


def _newest_first(period: Period | None) -> tuple[int, int, int]:
    return (0, 0, 0) if period is None else (-period.year, -period.last_month, period.months)
