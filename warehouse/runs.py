"""Record runs and publications: what was begun, what came of it, what was given out."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from domain.errors import UsageError
from warehouse.engine import Session
from warehouse.models import PublicationRow, RunRow
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import Which, find_revision


def start_run(
    session: Session, run_id: str, kind: str, catalog_version: str, at: datetime, *, reason: str | None = None
) -> None:
    """Record that a run began, and why, where a person started it; the same id once more goes on under its record."""
    if session.get(RunRow, run_id) is None:
        row = RunRow(run_id=run_id, kind=kind, reason=reason, catalog_version=catalog_version, started_at=at, counts={})
        session.add(row)


def finish_run(session: Session, run_id: str, counts: Mapping[str, int], at: datetime) -> None:
    """Record that a run ended, and what it counted.

    Raises:
        UsageError: no such run was started.
    """
    run = session.get(RunRow, run_id)
    if run is None:
        raise UsageError(f"there is no run {run_id}")
    run.finished_at = at
    run.counts = dict(counts)


def record_publication(session: Session, ref: RevisionRef, *, path: str, at: datetime) -> None:
    """Record that a revision was given out to a place; the same place once more changes nothing.

    Raises:
        UsageError: there is no such revision.
    """
    which = Which(ref.number, ref.form, ref.boundary, ref.area_valid_from)
    revision_id = find_revision(session, ref.area, ref.period, which).id
    known = select(PublicationRow).where(PublicationRow.revision_id == revision_id, PublicationRow.path == path)
    if session.scalar(known) is None:
        session.add(PublicationRow(revision_id=revision_id, path=path, at=at))
