"""What a run leaves to persons: closed figures for which corrections wait, and units that sent nothing."""

from flows.pipeline.outcome import ClosedFiguresAwaiting
from flows.support.context import AppContext
from warehouse.queries.silent_units import SilentPeriod, silent_units
from warehouse.rollups.due import awaiting_reopen
from warehouse.store.engine import reading


def closed_figures_awaiting(context: AppContext) -> tuple[ClosedFiguresAwaiting, ...]:
    """Return closed figures with the number of reports that wait for their reopening."""
    with reading(context.engine) as session:
        result = awaiting_reopen(session, context.catalog, today=context.today)
    return tuple(
        ClosedFiguresAwaiting(
            awaiting.closing.area, awaiting.closing.area_name, awaiting.closing.period.id, awaiting.reports
        )
        for awaiting in result
    )


def silent_periods(context: AppContext) -> tuple[SilentPeriod, ...]:
    """Return the last periods past their deadline of which units of the configured areas sent nothing."""
    with reading(context.engine) as session:
        return silent_units(session, context.catalog, context.areas, context.today)
