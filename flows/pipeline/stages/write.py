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
from publishing.publish import bundles, folder_name, publish
from publishing.site.facts_file import KnownCells, known_cells, write_facts
from publishing.storage.site_folder import SiteFolder
from warehouse.queries import Revision, RevisionRef, revision_to_publish
from warehouse.rollups.drafts import RevisionLines
from warehouse.store.engine import Warehouse, reading
from workbooks.pool.garbage import no_garbage_collection

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class _ReadRevision(NamedTuple):
    """A revision, and the cells that it was read without."""

    revision: Revision
    known: KnownCells


def write(
    engine: Warehouse,
    catalog: Catalog,
    published: Store,
    lang: Lang,
    ref: RevisionRef,
    *,
    made: dict[RevisionRef, RevisionLines] | None = None,
) -> PublishedRevision:
    """Write one revision below the folder of published reports; idempotent.

    `made` are the lines of revisions that this process just made: those of this one are taken out.
    """
    with no_garbage_collection():
        return _placed(_read(engine, catalog, published, ref, {} if made is None else made), catalog, published, lang)


def write_together(
    engine: Warehouse, catalog: Catalog, published: Store, lang: Lang, refs: Sequence[RevisionRef]
) -> list[PublishedRevision | None]:
    """Write revisions as `write` does, each step for all of them; None for each that could not be written."""
    with no_garbage_collection():
        read = [attempt(partial(_read, engine, catalog, published, ref, {})) for ref in refs]
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


def _read(
    engine: Warehouse, catalog: Catalog, published: Store, ref: RevisionRef, made: dict[RevisionRef, RevisionLines]
) -> _ReadRevision:
    known = _known_cells(SiteFolder(published), catalog, ref)
    with reading(engine) as session:
        return _ReadRevision(revision_to_publish(session, catalog, ref, known, made.pop(ref, None)), known)


def _placed(
    read: _ReadRevision, catalog: Catalog, published: Store, lang: Lang, files: Mapping[str, bytes] | None = None
) -> PublishedRevision:
    """Publish a revision, and write what the site needs of it: no reading of the warehouse then."""
    revision = read.revision
    link = publish(revision, catalog, published, lang, files)
    facts = write_facts(revision, catalog.forms, read.known)
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


def _known_cells(site: SiteFolder, catalog: Catalog, ref: RevisionRef) -> KnownCells:
    """Return the cells that the revision before names: of a country, reading them takes a quarter of reading it."""
    if ref.number == 1:
        return {}  # in an object store, a request for each area would find nothing
    try:
        with site.read_facts(
            ref.period.id, folder_name(ref.area, ref.form, ref.boundary, catalog), ref.number - 1
        ) as file:
            return known_cells(file)
    except (OSError, ValueError):
        return {}


def _is_partial(result: Revision) -> bool:
    return any(row.status is RollupStatus.PARTIAL for row in result.rows)
