"""Record runs of the pipeline: their start, their end and what they counted."""

from collections.abc import Mapping
from datetime import datetime

from domain.errors import UsageError
from warehouse.models import RunRow
from warehouse.store.engine import Session

JUDGING_RUNS = ("nightly", "rerun")
"""Kinds of runs that judge what arrived, and again what it is compared with."""


def start_run(
    session: Session,
    run_id: str,
    kind: str,
    catalog_version: str,
    at: datetime,
    *,
    reason: str | None = None,
    actor: str | None = None,
) -> None:
    """Record that a run began, and why and through whom, if a person started it; a known id keeps its record."""
    if session.get(RunRow, run_id) is None:
        row = RunRow(
            run_id=run_id,
            kind=kind,
            reason=reason,
            actor=actor,
            catalog_version=catalog_version,
            started_at=at,
            counts={},
        )
        session.add(row)


def finish_run(
    session: Session,
    run_id: str,
    counts: Mapping[str, int],
    at: datetime,
    stage_seconds: Mapping[str, float] | None = None,
) -> None:
    """Record that a run ended, what it counted, and the seconds of wall time that each stage took.

    Raises:
        UsageError: no such run was started.
    """
    run = session.get(RunRow, run_id)
    if run is None:
        raise UsageError(f"there is no run {run_id}")
    run.finished_at = at
    run.counts = dict(counts)
    if stage_seconds is not None:
        run.stage_seconds = {stage: round(seconds, 3) for stage, seconds in stage_seconds.items()}
