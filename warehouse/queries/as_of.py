"""An area's figures as they were known at a moment, made anew from the log and never kept."""

from datetime import datetime

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from warehouse.models import RollupContributionRow, RollupRevisionRow, RollupUnitRow
from warehouse.queries.assembling import RevisionRecords, assemble
from warehouse.queries.read_models import Revision
from warehouse.rollups.revision_rows import contribution_rows, unit_rows
from warehouse.rollups.rollups import Edition, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session

AS_OF_RUN = "as-of"
"""Stands for the run that did not make these figures."""
_NOT_KEPT = 0


def revision_as_of(session: Session, catalog: Catalog, cell: RollupKey, at: datetime) -> Revision:
    """What a rollup made at a moment gave, or would have given, with all that it rests on; writes nothing.

    States are those of the last moves until then, deliveries those that had landed; units, indicators and rules are
    the catalogue's. Its number is that of the newest revision made until then, 0 before the first; it lists no changes.

    Raises:
        UsageError: nobody in the area owes the form for the period.
    """
    draft = draft_of(session, catalog, cell, Edition(_newest_number(session, cell, at), AS_OF_RUN, at), at)
    if not draft.rows:
        raise UsageError(f"nobody in area {cell.area.code} owes form {cell.form} for {cell.period}")
    units = [RollupUnitRow(**row) for row in unit_rows(_NOT_KEPT, draft)]
    parts = [RollupContributionRow(**row) for row in contribution_rows(_NOT_KEPT, draft)]
    return assemble(session, draft.head, RevisionRecords(tuple(draft.rows), units, parts, ()))


def _newest_number(session: Session, cell: RollupKey, at: datetime) -> int:
    row = RollupRevisionRow
    made = select(func.max(row.number)).where(
        row.area_code == cell.area.code,
        row.area_valid_from == cell.area.valid_from,
        row.form == cell.form,
        row.period == cell.period.id,
        row.boundary == cell.boundary,
        row.published_at <= at,
    )
    return session.scalar(made) or 0
