"""Roll up: compute the figures of every affected area, as new revisions where they changed."""

from collections.abc import Sequence

from domain.batches import batched
from domain.eligibility import opens_on
from domain.units import Level
from flows.pipeline.scope import RunScope
from flows.support.context import AppContext
from warehouse.queries import AffectedArea, RevisionRef, areas_touched
from warehouse.rollups.drafts import RevisionLines
from warehouse.rollups.due import record_all_rolled_up
from warehouse.rollups.reviews import ReviewPosition, newest_position
from warehouse.rollups.rollups import make_revision
from warehouse.rollups.scope import RollupKey
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


def roll_up(
    context: AppContext, run_id: str, areas: Sequence[AffectedArea], lines: dict[RevisionRef, RevisionLines] | None
) -> list[RevisionRef]:
    """Compute the figures of these areas and return the new revisions; `lines` receives theirs.

    Several areas share a transaction: each commit waits for the disk. They are few, as officers who write wait for it.
    """
    made: list[RevisionRef] = []
    for together in batched(areas, _AREAS_PER_TRANSACTION):
        with transaction(context.engine) as session:
            new = [
                each
                for area in together
                if (each := _roll_up(context, session, run_id, area, keeps_lines=lines is not None))
            ]
        give_way(context.engine)
        made += [ref for ref, _ in new]
        if lines is not None:
            lines.update((ref, its_lines) for ref, its_lines in new if its_lines)
    return made


def _roll_up(
    context: AppContext, session: Session, run_id: str, figures: AffectedArea, *, keeps_lines: bool
) -> tuple[RevisionRef, RevisionLines | None] | None:
    """Compute the figures of an area and return the new revision, with its lines if wanted; None: there is none."""
    area, form, period, boundary = figures.area, figures.form, figures.period, figures.boundary
    key = RollupKey(area, form, period, boundary)
    with no_garbage_collection():
        draft = make_revision(session, context.catalog, key, run_id=run_id, at=context.clock())
        if draft is None:
            return None
        ref = RevisionRef(area.code, form, period, draft.head.number, boundary, area.valid_from)
        return ref, draft.lines if keeps_lines else None


def _codes(context: AppContext) -> tuple[str, ...]:
    """Return the codes of the configured areas, else of the units directly above communes."""
    if context.areas:
        return context.areas
    units = context.catalog.units.units
    return tuple(sorted({unit.parent for unit in units if unit.level is Level.COMMUNE and unit.parent}))
