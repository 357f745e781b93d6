"""Site: render the pages around the published revisions that a new revision reaches."""

import logging

from domain.errors import UsageError
from domain.rollups import Boundary
from flows.support.context import AppContext
from publishing.site.builder import SiteOutcome, build_site
from publishing.site.published_set import PublishedRevisionRef
from warehouse.queries import Revision, revision
from warehouse.store.engine import reading

_LOG = logging.getLogger(__name__)


def render_site(context: AppContext) -> SiteOutcome:
    """Render the site of the published folder anew where a revision or the catalogue moved.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see the site before.
    """
    outcome = build_site(context.published, context.catalog, lambda ref: _load(context, ref))
    for each in outcome.unknown:
        _LOG.warning("%s has no pages on the site: the warehouse does not know this revision", each)
    return outcome


def _load(context: AppContext, ref: PublishedRevisionRef) -> Revision | None:
    if ref.form not in context.catalog.forms.by_id:
        return None
    with reading(context.engine) as session:
        try:
            result = revision(session, ref.area, ref.period, ref.number, ref.form, boundary=Boundary(ref.boundary))
        except UsageError:
            return None
    return result if result.content_sha256 == ref.content_sha256 else None
