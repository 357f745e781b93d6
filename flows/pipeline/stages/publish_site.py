"""Site: render the pages around the published revisions that a new revision reaches."""

import logging
from datetime import date
from typing import Final

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.rollups import Boundary
from domain.stores.store import Store
from publishing.publish import folder_name
from publishing.site.builder import SiteOutcome, build_site
from publishing.site.published_set import PublishedRevisionRef
from publishing.site.quality_pages import QualityOf
from warehouse.queries import Revision, revision
from warehouse.queries.desk.matrix import OwedReports
from warehouse.queries.desk.reporting_quality import AreaQuality, QualityOfAreas
from warehouse.rollups.consultations import consultations
from warehouse.store.engine import Engine, Session, reading

_LOG = logging.getLogger(__name__)


QUALITY_PERIODS: Final = 12
"""How many periods of quality of reporting are published."""


def render_site(engine: Engine, catalog: Catalog, published: Store, quality_on: date | None = None) -> SiteOutcome:
    """Render the site of the published folder anew where a revision, a consultation or the catalogue moved.

    Quality of reporting is public as of the day `quality_on`; None: it is not.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see the site before.
    """
    with reading(engine) as session:
        consulted = {
            (each.period.id, folder_name(each.area, each.form, each.boundary, catalog)): each.last_day
            for each in consultations(session)
        }
    with reading(engine) as session:
        quality_of = None if quality_on is None else _quality_of(session, catalog, quality_on)
        return build_site(published, catalog, lambda ref: _load(engine, catalog, ref), consulted, quality_of)


def _quality_of(session: Session, catalog: Catalog, today: date) -> QualityOf:
    qualities = QualityOfAreas(session, OwedReports(catalog), today, QUALITY_PERIODS)

    def quality_of(ref: PublishedRevisionRef) -> AreaQuality | None:
        return qualities.of(ref.area, ref.form, ref.period) if ref.form in catalog.forms.by_id else None

    return quality_of


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
