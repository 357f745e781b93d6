"""A consultation in a home of tests."""

from datetime import date
from pathlib import Path

from domain.periods import parse_period
from domain.rollups import Boundary
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of
from warehouse.rollups.consultations import begin_consultation
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

FORM, MAY = "cds_x_t", parse_period("2025-05")


def key_in(home: Path) -> RollupKey:
    """Return the key of the district's figures of May."""
    context = context_of(home)
    return RollupKey(context.catalog.area(AREA, FORM, MAY, Boundary.AS_THEN, context.today), FORM, MAY)


def consult(home: Path, last_day: date) -> None:
    """Consult the units of the district about May."""
    with transaction(context_of(home).engine) as session:
        begin_consultation(session, key_in(home), last_day, Decision(DecisionReason("ký", "an"), NOW), partial=True)
