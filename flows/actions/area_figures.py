"""Which figures a person asks for, and what they are, without keeping anything."""

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
    """Which figures: of an area (code or id), a form and a period, on whose boundaries."""

    area: str
    form: str
    period: Period
    boundary: Boundary

    def key(self, catalog: Catalog, at: datetime) -> RollupKey:
        """What the area's code means: for the period, or on the day of a moment.

        Raises:
            UsageError: it means nothing then.
        """
        area = catalog.area(self.area, self.form, self.period, self.boundary, day_in_vietnam(at))
        return RollupKey(area, self.form, self.period, self.boundary)


def render_as_of(engine: Warehouse, catalog: Catalog, wanted: FiguresRequest, at: datetime) -> Revision:
    """The figures as they were known at a moment; nothing is kept.

    Raises:
        UsageError: the area means nothing then, or nobody in it owes the form.
    """
    with reading(engine) as session:
        return revision_as_of(session, catalog, wanted.key(catalog, at), at)
