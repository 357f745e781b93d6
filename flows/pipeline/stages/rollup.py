"""Roll up: compute the figures of every affected area, as new revisions where they changed."""

from collections.abc import Sequence

from domain.batches import batched
from domain.eligibility import opens_on
from domain.units import Level
from flows.pipeline.scope import RunScope
from flows.support.context import AppContext
from warehouse.queries import AffectedArea, RevisionRef, areas_touched
from warehouse.rollups.due import record_all_rolled_up
from warehouse.rollups.reviews import ReviewPosition, newest_position
from warehouse.rollups.rollups import roll_up as roll_up_area
from warehouse.store.engine import Session, give_way, reading, transaction
from workbooks.pool.garbage import no_garbage_collection

_AREAS_PER_TRANSACTION = 5


def affected_areas(context: AppContext, scope: RunScope) -> tuple[AffectedArea, ...]:
    """Return the areas whose figures have to be computed again.

    Without configured areas these are the units directly above communes (districts until 2025-06-30, provinces since),
    and always those published on demand.
    """
    with reading(context.engine) as session:
        result = areas_touched(session, context.catalog, _codes(context), today=context.today)
    return tuple(
        figures
        for figures in result
        if scope.takes_area(figures.area, figures.period)
        # A report sent too early was refused; it must not open its period.
        and opens_on(context.catalog.forms, figures.form, figures.period) <= context.today
        and (
            context.areas
            or figures.on_demand
            or all(member.parent == figures.area.code for member in figures.area.members)
        )
    )


def log_position(context: AppContext) -> ReviewPosition:
    """Return the position that the log has reached."""
    with reading(context.engine) as session:
        return newest_position(session)


def record_all(context: AppContext, position: ReviewPosition) -> None:
    """Record that all areas affected at a position in the log were rolled up: the next run looks at what came since."""
    with transaction(context.engine) as session:
        record_all_rolled_up(session, context.catalog, _codes(context), position, today=context.today)


def roll_up(context: AppContext, run_id: str, areas: Sequence[AffectedArea]) -> list[RevisionRef]:
    """Compute the figures of these areas and return the new revisions.

    Several areas share a transaction: each commit waits for the disk. They are few, as officers who write wait for it.
    """
    made: list[RevisionRef] = []
    for together in batched(areas, _AREAS_PER_TRANSACTION):
        with transaction(context.engine) as session:
            made += filter(None, (_roll_up(context, session, run_id, area) for area in together))
        give_way(context.engine)
    return made


def _roll_up(context: AppContext, session: Session, run_id: str, figures: AffectedArea) -> RevisionRef | None:
    """Compute the figures of an area and return the new revision; None: there is none."""
    area, form, period, boundary = figures.area, figures.form, figures.period, figures.boundary
    with no_garbage_collection():
        number = roll_up_area(
            session, context.catalog, area, form, period, run_id=run_id, at=context.clock(), boundary=boundary
        )
    return None if number is None else RevisionRef(area.code, form, period, number, boundary, area.valid_from)


def _codes(context: AppContext) -> tuple[str, ...]:
    """Return the codes of the configured areas, else of the units directly above communes."""
    if context.areas:
        return context.areas
    units = context.catalog.units.units
    return tuple(sorted({unit.parent for unit in units if unit.level is Level.COMMUNE and unit.parent}))
