"""Publish: give out every revision that was made and not given out yet."""

from domain.errors import UsageError
from domain.rollups import RollupStatus
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.scope import RunScope
from flows.support.context import AppContext
from publishing.publish import publish as publish_revision
from warehouse.queries import Revision, RevisionRef, revision_of, unpublished
from warehouse.queries.publications import record_publication
from warehouse.store.engine import reading, transaction


def to_publish(house: AppContext, scope: RunScope) -> tuple[RevisionRef, ...]:
    """Revisions that were made, by this run or one that was killed, and not given out yet."""
    with reading(house.engine) as session:
        return tuple(ref for ref in unpublished(session) if _is_asked_for(house, scope, ref))


def publish(house: AppContext, ref: RevisionRef) -> PublishedRevision:
    """Give out one revision, and record that it was; doing so twice leaves the same bytes."""
    with reading(house.engine) as session:
        found = revision_of(session, ref)
    path = publish_revision(found, house.catalog, house.published, house.lang)
    place = path.relative_to(house.published) if path.is_relative_to(house.published) else path
    with transaction(house.engine) as session:
        record_publication(session, ref, path=str(place), at=house.clock())
    return PublishedRevision(
        area=found.area,
        area_name=found.area_name,
        period=found.period.id,
        revision=found.number,
        path=path,
        is_partial=_is_partial(found),
        changes=found.changes,
    )


def _is_asked_for(house: AppContext, scope: RunScope, ref: RevisionRef) -> bool:
    try:
        area = house.catalog.area(ref.area, ref.form, ref.period, ref.boundary, house.today)
    except UsageError:
        return scope.takes_everything  # an area that has left the catalogue since, with what was made of it
    return scope.takes_area(area, ref.period)


def _is_partial(found: Revision) -> bool:
    return any(row.status is RollupStatus.PARTIAL for row in found.rows)
