"""Publish: write every revision that was computed and is not published yet."""

from collections.abc import Collection, Sequence
from pathlib import PurePath

from domain.errors import UsageError
from domain.stores.store import Store
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.write import write
from flows.support.context import AppContext
from publishing.errors import storage_error
from warehouse.queries import RevisionRef, unpublished
from warehouse.queries.revisions import publication_paths, published_at, record_publication
from warehouse.store.engine import Engine, reading, transaction


def never_published(context: AppContext, scope: RunScope) -> tuple[RevisionRef, ...]:
    """Return unpublished revisions within the scope, including those of runs that were killed."""
    with reading(context.engine) as session:
        return tuple(ref for ref in unpublished(session) if _is_in_scope(context, scope, ref))


def to_publish(context: AppContext, scope: RunScope) -> tuple[RevisionRef, ...]:
    """Return unpublished revisions within the scope, and before them those that were published and are gone.

    These are all of an area and period without a link: after a restore, in a new store, or where a person moved them
    away. A trial publishes into a folder of its own, where none are.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage does not say what is there.
    """
    with reading(context.engine) as session:
        lost = _lost(context.published, publication_paths(session)) if isinstance(context.engine, Engine) else ()
        gone = [ref for ref in published_at(session, lost) if _is_in_scope(context, scope, ref)] if lost else []
    return (*gone, *never_published(context, scope))


def _lost(published: Store, paths: frozenset[str]) -> Collection[str]:
    """Return those of the paths to which revisions were published that lead nowhere."""
    try:
        periods = {path.partition("/")[0] for path in paths}
        shown = {f"{period}/{name}" for period in periods for name in published.names(period)}
    except OSError as error:
        raise storage_error(published.at(""), None, error) from error
    return {path for path in paths - shown if path.count("/") == 1}


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
