"""Write: the files of one revision, below the folder of published reports.

Imported by the process that writes beside the run: without the run's context, whose import takes a third as long again.
"""

from pathlib import PurePosixPath

from domain.catalog.catalog import Catalog
from domain.rollups import RollupStatus
from domain.stores.store import Store
from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from publishing.publish import folder_name, publish
from publishing.site.facts_file import KnownCells, known_cells, write_facts
from publishing.storage.site_folder import SiteFolder
from warehouse.queries import Revision, RevisionRef, revision_to_publish
from warehouse.store.engine import Warehouse, reading
from workbooks.pool.garbage import no_garbage_collection


def write(engine: Warehouse, catalog: Catalog, published: Store, lang: Lang, ref: RevisionRef) -> PublishedRevision:
    """Write one revision below the folder of published reports; idempotent."""
    site = SiteFolder(published)
    with no_garbage_collection():
        known = _known_cells(site, catalog, ref)
        with reading(engine) as session:
            result = revision_to_publish(session, catalog, ref, known)
        link = publish(result, catalog, published, lang)
        # While the revision is in memory: the site needs no reading of the warehouse then.
        facts = write_facts(result, catalog.forms, known)
    site.write_facts(result.period.id, PurePosixPath(link).name, result.number, facts)
    return PublishedRevision(
        area=result.area,
        area_name=result.area_name,
        period=result.period.id,
        revision=result.number,
        path=published.at(link),
        is_partial=_is_partial(result),
        changes=result.changes,
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
