"""Record where a revision was published."""

from datetime import datetime

from sqlalchemy import select

from warehouse.models import PublicationRow
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import RevisionSelector, find_revision
from warehouse.store.engine import Session


def record_publication(session: Session, ref: RevisionRef, *, path: str, at: datetime) -> None:
    """Record that a revision was given out to a place; the same place once more changes nothing.

    Raises:
        UsageError: there is no such revision.
    """
    which = RevisionSelector(ref.number, ref.form, ref.boundary, ref.area_valid_from)
    revision_id = find_revision(session, ref.area, ref.period, which).id
    known = select(PublicationRow).where(PublicationRow.revision_id == revision_id, PublicationRow.path == path)
    if session.scalar(known) is None:
        session.add(PublicationRow(revision_id=revision_id, path=path, at=at))
