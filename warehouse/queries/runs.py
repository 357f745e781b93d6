"""Records of runs: by id, the newest, and the last ended of a kind; how far a run came."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from domain.submissions import SubmissionState
from warehouse.models import PublicationRow, RollupRevisionRow, RunRow, SubmissionEventRow
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of the pipeline. `finished_at` is None for one that still goes on or was killed; times are in UTC.

    `reason` is why a person started it, `actor` who; None for a scheduled one. `stage_seconds` are seconds of wall time
    by stage.
    """

    run_id: str
    kind: str
    catalog_version: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    reason: str | None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    actor: str | None = None


def run_record(session: Session, run_id: str) -> RunRecord | None:
    """Return the record of a run, or None."""
    row = session.get(RunRow, run_id)
    return _record(row) if row else None


def runs(session: Session, count: int, kind: str | None = None) -> tuple[RunRecord, ...]:
    """Return the runs begun last, newest first; of one kind, if it is set."""
    chosen = select(RunRow).order_by(RunRow.started_at.desc(), RunRow.run_id.desc()).limit(count)
    rows = session.scalars(chosen if kind is None else chosen.where(RunRow.kind == kind))
    return tuple(_record(row) for row in rows)


def runs_of_persons(session: Session, count: int) -> tuple[RunRecord, ...]:
    """Return the runs begun last whose person is known, newest first."""
    row = RunRow
    chosen = select(row).where(row.actor.is_not(None)).order_by(row.started_at.desc(), row.run_id.desc()).limit(count)
    return tuple(_record(each) for each in session.scalars(chosen))


def last_ended(session: Session, kind: str, since: datetime) -> RunRecord | None:
    """Return the run of a kind that ended last after a moment (UTC); None where none did."""
    row = session.scalar(
        select(RunRow)
        .where(RunRow.kind == kind, RunRow.finished_at > since)
        .order_by(RunRow.finished_at.desc())
        .limit(1)
    )
    return _record(row) if row else None


def moves_of_run(session: Session, run_id: str) -> Counter[SubmissionState]:
    """Return how many submissions a run moved into each state."""
    moved = select(SubmissionEventRow.to_state, func.count(SubmissionEventRow.submission_id.distinct()))
    rows = session.execute(moved.where(SubmissionEventRow.run_id == run_id).group_by(SubmissionEventRow.to_state))
    return Counter(dict(rows.tuples().all()))


def published_by_run(session: Session, run_id: str) -> int:
    """Return how many of the revisions that a run made are published."""
    made = select(func.count()).select_from(PublicationRow).join(RollupRevisionRow)
    return session.scalar(made.where(RollupRevisionRow.run_id == run_id)) or 0


def _record(row: RunRow) -> RunRecord:
    return RunRecord(
        run_id=row.run_id,
        kind=row.kind,
        catalog_version=row.catalog_version,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counts=row.counts,
        reason=row.reason,
        stage_seconds=row.stage_seconds or {},
        actor=row.actor,
    )
