"""Resolve the figures that a person requests, and compute them as of a moment without storing anything."""

from dataclasses import dataclass
from datetime import datetime

from domain.catalog.catalog import Catalog
from domain.periods import Period
from domain.rollups import Boundary
from domain.vietnam_time import day_in_vietnam
from warehouse.queries import Revision, RollupKey, revision_as_of
from warehouse.store.engine import Warehouse, reading


@dataclass(frozen=True, slots=True)
class FiguresRequest:
    """Key of the requested figures: an area (code or id), a form, a period and the boundaries."""

    area: str
    form: str
    period: Period
    boundary: Boundary

    def key(self, catalog: Catalog, at: datetime) -> RollupKey:
        """Return the area that the code denotes: for the period, or on the day of a moment.

        Raises:
            UsageError: the code denotes no area at that time.
        """
        area = catalog.area(self.area, self.form, self.period, self.boundary, day_in_vietnam(at))
        return RollupKey(area, self.form, self.period, self.boundary)


def render_as_of(engine: Warehouse, catalog: Catalog, wanted: FiguresRequest, at: datetime) -> Revision:
    """Return the figures as they were known at a moment; nothing is stored.

    Raises:
        UsageError: the code denotes no area at that time, or no unit in it reports the form.
    """
    with reading(engine) as session:
        return revision_as_of(session, catalog, wanted.key(catalog, at), at)
