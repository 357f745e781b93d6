"""Write: the files of revisions, below the folder of published reports.

Imported by the process that writes beside the run: without the run's context, whose import takes a third as long again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple, TypeVar

from domain.catalog.catalog import Catalog
from domain.rollups import RollupStatus
from domain.stores.store import Store
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from publishing.figures.provinces import MOST_UNITS_LISTED
from publishing.publish import bundles, folder_name, publish
from publishing.site.facts_file import write_facts
from publishing.site.report_figures import EarlierFacts, GatheredFigures, earlier_facts, gather_figures
from publishing.storage.site_folder import SiteFolder
from warehouse.queries import Revision, RevisionRef, revision_to_publish
from warehouse.queries.revisions import contributions_in_parts
from warehouse.store.engine import Warehouse, reading
from workbooks.pool.garbage import no_garbage_collection

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class _ReadRevision(NamedTuple):
    """A revision, and the figures of its reports where they are read in parts."""

    revision: Revision
    figures: GatheredFigures | None


def write(
    engine: Warehouse,
    catalog: Catalog,
    published: Store,
    lang: Lang,
    ref: RevisionRef,
) -> PublishedRevision:
    """Write one revision below the folder of published reports; idempotent."""
    with no_garbage_collection():
        return _placed(_read(engine, catalog, published, ref), catalog, published, lang)


def write_together(
    engine: Warehouse, catalog: Catalog, published: Store, lang: Lang, refs: Sequence[RevisionRef]
) -> list[PublishedRevision | None]:
    """Write revisions as `write` does, each step for all of them; None for each that could not be written."""
    with no_garbage_collection():
        read = [attempt(partial(_read, engine, catalog, published, ref)) for ref in refs]
        there = [each for each in read if each]
        revisions = [each.revision for each in there]
        # If it fails for one, each is rendered for itself.
        rendered: Sequence[Mapping[str, bytes] | None] = attempt(lambda: bundles(revisions, catalog, lang)) or [
            None for _ in there
        ]
        written = iter(
            [
                attempt(partial(_placed, each, catalog, published, lang, files))
                for each, files in zip(there, rendered, strict=True)
            ]
        )
        return [next(written) if each else None for each in read]


def attempt(work: Callable[[], T]) -> T | None:
    """Return what work returns; None if it fails: the run does it again in its turn and meets the error."""
    try:
        return work()
    except Exception:  # noqa: BLE001 # the run meets it
        _LOG.debug("not done: %s", work, exc_info=True)
    return None


def _read(engine: Warehouse, catalog: Catalog, published: Store, ref: RevisionRef) -> _ReadRevision:
    before = _facts_before(SiteFolder(published), catalog, ref)
    with reading(engine) as session:
        units = before.keys if before else ()
        revision = revision_to_publish(session, catalog, ref, MOST_UNITS_LISTED, units)
        parts = contributions_in_parts(session, ref, revision)
        return _ReadRevision(revision, gather_figures(revision, parts, before) if revision.totals else None)


def _placed(
    read: _ReadRevision, catalog: Catalog, published: Store, lang: Lang, files: Mapping[str, bytes] | None = None
) -> PublishedRevision:
    """Publish a revision, and write what the site needs of it: no reading of the warehouse then."""
    revision = read.revision
    link = publish(revision, catalog, published, lang, files)
    facts = write_facts(revision, catalog.forms, read.figures)
    SiteFolder(published).write_facts(revision.period.id, PurePosixPath(link).name, revision.number, facts)
    return PublishedRevision(
        area=revision.area,
        area_name=revision.area_name,
        period=revision.period.id,
        revision=revision.number,
        path=published.at(link),
        is_partial=_is_partial(revision),
        changes=revision.changes,
    )


def _facts_before(site: SiteFolder, catalog: Catalog, ref: RevisionRef) -> EarlierFacts | None:
    """Return the facts of the revision before, if the area is a large one: of a country most are as they were."""
    if ref.number == 1:
        return None  # in an object store, a request for each area would find nothing
    try:
        with site.read_facts(
            ref.period.id, folder_name(ref.area, ref.form, ref.boundary, catalog), ref.number - 1
        ) as file:
            return earlier_facts(file)
    except (OSError, ValueError, KeyError):
        return None


def _is_partial(result: Revision) -> bool:
    return any(row.status is RollupStatus.PARTIAL for row in result.rows)
