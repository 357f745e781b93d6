"""Close figures in a warehouse of tests."""

from datetime import date
from typing import Final

from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.queries.revisions import record_publication, ref_of
from warehouse.rollups.closing import closable, close
from warehouse.rollups.closings import Bundle
from warehouse.rollups.rollups import write_final
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

BUNDLE: Final = Bundle("closed/2025-05/585.tar.gz", "0" * 64)


def close_rollup(builder: WarehouseBuilder, key: RollupKey, today: date) -> None:
    """Write the final revision of a rollup, close and publish it."""
    now = builder.now()
    with transaction(builder.engine) as session:
        missing = closable(session, builder.catalog, key, today).missing
        final = write_final(session, builder.catalog, key, run_id="closing", at=now)
        close(session, final, missing, BUNDLE, Decision(DecisionReason("", "an"), now))
        record_publication(session, ref_of(final), path=f"{key.period.id}/{key.area.code}", at=now)
