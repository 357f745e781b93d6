"""What a run that a person started changed: states of reports, and published figures; and what an act rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import func, select

from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupChange
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.models import (
    ClosingRow,
    ConsultationAnswerRow,
    ConsultationRow,
    RollupChangeRow,
    RollupRevisionRow,
    SubmissionEventRow,
    SubmissionRow,
    WaiverRow,
    WarningRemarkRow,
)
from warehouse.queries.runs import RunRecord, run_record
from warehouse.rollups.closings import has_key, key_columns
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session
from warehouse.store.reference import unit_names
from warehouse.submissions.report_keys import ReportKey, report_key_of, versions_of

_VALUE: Final = "value"
MOST_MOVES = 200
"""Most changes of state that are listed."""
MOST_CHANGES = 300
"""Most changed columns that are listed, over all revisions."""


@dataclass(frozen=True, slots=True)
class StateMove:
    """A change of a report's state within a run; `reason` is a code of `MoveReason`, `report` None where unknown."""

    report: ReportKey | None
    unit_name: str
    version: int | None
    file_name: str
    from_state: SubmissionState | None
    to_state: SubmissionState
    reason: str | None


class ChangedFigure(NamedTuple):
    """The changed columns of a figure: its value, if that changed, and the others."""

    indicator: str
    value: RollupChange | None
    others: tuple[RollupChange, ...]


@dataclass(frozen=True, slots=True)
class MadeRevision:
    """A revision that a run made, with the columns it changed."""

    area: str
    area_name: str
    form: str
    period: Period
    boundary: Boundary
    number: int
    changes: tuple[RollupChange, ...]

    @property
    def figures(self) -> tuple[ChangedFigure, ...]:
        """The changed figures in their order."""
        of_indicator: dict[str, list[RollupChange]] = {}
        for change in self.changes:
            of_indicator.setdefault(change.indicator, []).append(change)
        return tuple(
            ChangedFigure(
                indicator,
                next((each for each in changes if each.column == _VALUE), None),
                tuple(each for each in changes if each.column != _VALUE),
            )
            for indicator, changes in of_indicator.items()
        )


@dataclass(frozen=True, slots=True)
class ActRecord:
    """A run with what it changed; long lists are cut, and `more_moves` counts the moves left out."""

    run: RunRecord
    moves: tuple[StateMove, ...]
    more_moves: int
    revisions: tuple[MadeRevision, ...]


def act_record(session: Session, run_id: str) -> ActRecord | None:
    """Return a run with what it changed; None: there is no such run."""
    run = run_record(session, run_id)
    if run is None:
        return None
    event = SubmissionEventRow
    total = session.scalar(select(func.count()).select_from(event).where(event.run_id == run_id)) or 0
    moves = _moves(session, run_id)
    return ActRecord(run, moves, total - len(moves), _revisions(session, run_id))


def seen_of_report(session: Session, key: ReportKey) -> str:
    """Return a hash of what a decision about a report rests on: versions, judgements, what was written."""
    versions = [(row.id, row.state, row.judgement) for row in versions_of(session, key)]
    answers = select(func.max(WaiverRow.id)).where(
        WaiverRow.unit_code == key.unit.code,
        WaiverRow.unit_valid_from == key.unit.valid_from,
        WaiverRow.form == key.form,
        WaiverRow.period == key.period.id,
    )
    remarks = select(func.max(WarningRemarkRow.id)).where(
        WarningRemarkRow.submission_id.in_([number for number, _, _ in versions])
    )
    return _hash([*versions, session.scalar(answers), session.scalar(remarks)])


def seen_of_figures(session: Session, key: RollupKey) -> str:
    """Return a hash of what closing or reopening figures rests on: newest revision, closings, consultations."""
    head, of_figures = RollupRevisionRow, has_key(key_columns(key))
    newest = session.scalar(select(func.max(head.number)).where(*of_figures))
    closings = session.execute(
        select(ClosingRow.id, ClosingRow.reopened_at)
        .join(head, head.id == ClosingRow.revision_id)
        .where(*of_figures)
        .order_by(ClosingRow.id)
    ).tuples()
    consulted = session.execute(
        select(ConsultationRow.id, ConsultationRow.ended_at, func.max(ConsultationAnswerRow.id))
        .join(head, head.id == ConsultationRow.revision_id)
        .outerjoin(ConsultationAnswerRow, ConsultationAnswerRow.consultation_id == ConsultationRow.id)
        .where(*of_figures)
        .group_by(ConsultationRow.id, ConsultationRow.ended_at)
        .order_by(ConsultationRow.id)
    ).tuples()
    closed = ((number, reopened is None) for number, reopened in closings)
    return _hash([newest, *closed, *((number, ended is None, answer) for number, ended, answer in consulted)])


def last_move(session: Session, key: ReportKey) -> tuple[str, datetime] | None:
    """Return who or which run changed a report's state last, and when (UTC); None: nothing did."""
    event = SubmissionEventRow
    ids = [row.id for row in versions_of(session, key)]
    row = session.execute(
        select(event.actor, event.run_id, event.at)
        .where(event.submission_id.in_(ids))
        .order_by(event.id.desc())
        .limit(1)
    ).first()
    return (row[0] or row[1] or "", row[2]) if row else None


def _hash(facts: Iterable[object]) -> str:
    return sha256(repr(list(facts)).encode()).hexdigest()


def _moves(session: Session, run_id: str) -> tuple[StateMove, ...]:
    event, submission = SubmissionEventRow, SubmissionRow
    rows = (
        session.execute(
            select(event, submission)
            .join(submission, submission.id == event.submission_id)
            .where(event.run_id == run_id)
            .order_by(event.id)
            .limit(MOST_MOVES)
        )
        .tuples()
        .all()
    )
    names = unit_names(session, {key for _, row in rows if (key := _unit_of(row))})
    return tuple(
        StateMove(
            report_key_of(row),
            names.get(key, "") if (key := _unit_of(row)) else "",
            row.version,
            row.file_name,
            move.from_state,
            move.to_state,
            move.reason,
        )
        for move, row in rows
    )


def _unit_of(row: SubmissionRow) -> UnitKey | None:
    key = report_key_of(row)
    return key.unit if key else None


def _revisions(session: Session, run_id: str) -> tuple[MadeRevision, ...]:
    heads = session.scalars(
        select(RollupRevisionRow)
        .where(RollupRevisionRow.run_id == run_id)
        .order_by(RollupRevisionRow.period, RollupRevisionRow.area_code, RollupRevisionRow.id)
    ).all()
    changes = _changes(session, [head.id for head in heads])
    return tuple(
        MadeRevision(
            head.area_code,
            head.area_name,
            head.form,
            parse_period(head.period),
            head.boundary,
            head.number,
            tuple(changes.get(head.id, ())),
        )
        for head in heads
    )


def _changes(session: Session, revisions: Sequence[int]) -> Mapping[int, list[RollupChange]]:
    row = RollupChangeRow
    rows = session.execute(
        select(row, SubmissionRow.sha256)
        .outerjoin(SubmissionRow, SubmissionRow.id == row.submission_id)
        .where(row.revision_id.in_(revisions))
        .order_by(row.revision_id, row.position)
        .limit(MOST_CHANGES)
    ).tuples()
    results: dict[int, list[RollupChange]] = defaultdict(list)
    for change, digest in rows:
        results[change.revision_id].append(
            RollupChange(change.indicator, change.column_name, change.before, change.after, digest)
        )
    return results
