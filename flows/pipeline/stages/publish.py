"""Publish: write every revision that was computed and is not published yet."""

from collections.abc import Sequence
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.rollups import RollupStatus
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.scope import RunScope
from flows.support.context import AppContext
from publishing.publish import publish as publish_revision
from warehouse.queries import Revision, RevisionRef, revision_of, unpublished
from warehouse.queries.revisions import record_publication
from warehouse.store.engine import Warehouse, reading, transaction


def to_publish(context: AppContext, scope: RunScope) -> tuple[RevisionRef, ...]:
    """Return unpublished revisions within the scope, including those of runs that were killed."""
    with reading(context.engine) as session:
        return tuple(ref for ref in unpublished(session) if _is_in_scope(context, scope, ref))


def publish(context: AppContext, ref: RevisionRef) -> PublishedRevision:
    """Publish one revision and record it; idempotent."""
    written = write(context.engine, context.catalog, context.published, context.lang, ref)
    record(context, [(ref, written)])
    return written


def write(engine: Warehouse, catalog: Catalog, published: Path, lang: Lang, ref: RevisionRef) -> PublishedRevision:
    """Write one revision below the folder of published reports; idempotent."""
    with reading(engine) as session:
        result = revision_of(session, ref)
    return PublishedRevision(
        area=result.area,
        area_name=result.area_name,
        period=result.period.id,
        revision=result.number,
        path=publish_revision(result, catalog, published, lang),
        is_partial=_is_partial(result),
        changes=result.changes,
    )


def record(context: AppContext, written: Sequence[tuple[RevisionRef, PublishedRevision]]) -> None:
    """Record where revisions were written."""
    with transaction(context.engine) as session:
        for ref, revision in written:
            path = revision.path
            place = path.relative_to(context.published) if path.is_relative_to(context.published) else path
            record_publication(session, ref, path=str(place), at=context.clock())


def _is_in_scope(context: AppContext, scope: RunScope, ref: RevisionRef) -> bool:
    try:
        area = context.catalog.area(ref.area, ref.form, ref.period, ref.boundary, context.today)
    except UsageError:
        return scope.takes_everything  # an area that has left the catalogue since, with what was made of it
    return scope.takes_area(area, ref.period)


def _is_partial(result: Revision) -> bool:
    return any(row.status is RollupStatus.PARTIAL for row in result.rows)
