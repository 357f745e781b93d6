"""Archive periods of a warehouse of tests."""

from datetime import UTC, datetime
from typing import Final

from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.archive.files import ArchivedPeriod
from warehouse.archive.moving import Archiving, archive_rows
from warehouse.store.engine import transaction

PERIOD: Final = ArchivedPeriod(FORM, MAY.id)
BY: Final = Archiving(datetime(2027, 6, 1, tzinfo=UTC), "an", "0.2.0")


def archive_period(builder: WarehouseBuilder, period: str = MAY.id) -> None:
    """Archive a period of the builder's form."""
    with transaction(builder.engine) as session:
        archive_rows(session, ArchivedPeriod(FORM, period), BY)
