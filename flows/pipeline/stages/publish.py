"""Publish: write every revision that was computed and is not published yet."""

from collections.abc import Sequence
from pathlib import PurePath

from domain.errors import UsageError
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.write import write
from flows.support.context import AppContext
from warehouse.queries import RevisionRef, unpublished
from warehouse.queries.revisions import record_publication
from warehouse.store.engine import reading, transaction


def to_publish(context: AppContext, scope: RunScope) -> tuple[RevisionRef, ...]:
    """Return unpublished revisions within the scope, including those of runs that were killed."""
    with reading(context.engine) as session:
        return tuple(ref for ref in unpublished(session) if _is_in_scope(context, scope, ref))


def publish(context: AppContext, ref: RevisionRef) -> PublishedRevision:
    """Publish one revision and record it; idempotent."""
    written = write(context.engine, context.catalog, context.published, context.lang, ref)
    record(context, [(ref, written)])
    return written


def record(context: AppContext, written: Sequence[tuple[RevisionRef, PublishedRevision]]) -> None:
    """Record where revisions were written."""
    with transaction(context.engine) as session:
        for ref, revision in written:
            record_publication(session, ref, path=link_of(revision), at=context.clock())


def link_of(revision: PublishedRevision) -> str:
    """Return the link in the store of published reports that shows the newest revision of its area and period."""
    return f"{revision.period}/{PurePath(revision.path).name}"


def _is_in_scope(context: AppContext, scope: RunScope, ref: RevisionRef) -> bool:
    try:
        area = context.catalog.area(ref.area, ref.form, ref.period, ref.boundary, context.today)
    except UsageError:
        return scope.takes_everything  # an area that has left the catalogue since, with what was made of it
    return scope.takes_area(area, ref.period)
