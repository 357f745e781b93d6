"""Site: render the pages around the published revisions that a new revision reaches."""

import logging
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.rollups import Boundary
from publishing.site.builder import SiteOutcome, build_site
from publishing.site.published_set import PublishedRevisionRef
from warehouse.queries import Revision, revision
from warehouse.store.engine import Engine, reading

_LOG = logging.getLogger(__name__)


def render_site(engine: Engine, catalog: Catalog, published: Path) -> SiteOutcome:
    """Render the site of the published folder anew where a revision or the catalogue moved.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see the site before.
    """
    return build_site(published, catalog, lambda ref: _load(engine, catalog, ref))


def warn_of_unknown(outcome: SiteOutcome) -> None:
    """Log the publications without pages."""
    for each in outcome.unknown:
        _LOG.warning("%s has no pages on the site: the warehouse does not know this revision", each)


def _load(engine: Engine, catalog: Catalog, ref: PublishedRevisionRef) -> Revision | None:
    if ref.form not in catalog.forms.by_id:
        return None
    with reading(engine) as session:
        try:
            result = revision(session, ref.area, ref.period, ref.number, ref.form, boundary=Boundary(ref.boundary))
        except UsageError:
            return None
    return result if result.content_sha256 == ref.content_sha256 else None
