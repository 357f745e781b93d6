"""What is filled in in a form beforehand: the stocks that its commune reported last."""

from domain.catalog.catalog import Catalog
from domain.indicators import Flow
from domain.observations import PastObservation
from domain.periods import Period
from domain.units import OrgUnit
from flows.pipeline.stages.judge import STEPS_BACK
from warehouse.queries.last_known import last_known
from warehouse.store.engine import Session


def past_stocks(
    session: Session, catalog: Catalog, form: str, unit: OrgUnit, period: Period
) -> tuple[PastObservation, ...]:
    """The newest accepted stocks of a commune that it owes again in a period, as far back as rules look."""
    wanted = [
        due_indicator.id
        for due_indicator in catalog.due_indicators(form, unit, period)
        if due_indicator.flow is Flow.STOCK
    ]
    periods = [period.shift(-back) for back in range(1, STEPS_BACK + 1)]
    return last_known(session, unit.key, form, periods, wanted)
