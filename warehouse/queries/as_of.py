"""An area's figures as known at a moment, computed from the log and not stored."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from warehouse.models import (
    RollupBesideRow,
    RollupCountedFormRow,
    RollupOtherReportRow,
    RollupRevisionRow,
)
from warehouse.queries.assembling import RevisionRecords, assemble
from warehouse.queries.earlier.periods import earlier_periods
from warehouse.queries.read_models import Revision
from warehouse.rollups.closings import has_key, key_columns
from warehouse.rollups.drafts import beside_rows, counted_form_rows, other_report_rows
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session

AS_OF_RUN = "as-of"
"""Run id of figures that no run made."""
_NOT_KEPT = 0


def revision_as_of(session: Session, catalog: Catalog, rollup_key: RollupKey, at: datetime) -> Revision:
    """Compute the revision that a rollup at a moment made or would have made.

    States are those of the last events until then, deliveries those landed by then; units, indicators and rules are
    the catalogue's. Its number is that of the newest revision made until then, 0 before the first; it lists no changes.

    Raises:
        UsageError: no unit of the area has to report the form for the period.
    """
    draft = draft_of(
        session, catalog, rollup_key, RevisionOrigin(_newest_number(session, rollup_key, at), AS_OF_RUN, at), at
    )
    if not draft.rows:
        raise UsageError(f"nobody in area {rollup_key.area.code} owes form {rollup_key.form} for {rollup_key.period}")
    records = RevisionRecords(
        tuple(draft.rows),
        *draft.lines,
        (),
        draft.parts,
        counted_forms=[RollupCountedFormRow(**row) for row in counted_form_rows(_NOT_KEPT, draft)],
        other_reports=[RollupOtherReportRow(**row) for row in other_report_rows(_NOT_KEPT, draft)],
        beside=[RollupBesideRow(**row) for row in beside_rows(_NOT_KEPT, draft)],
    )
    result = assemble(session, draft.head, records)
    return replace(result, earlier=earlier_periods(session, catalog, result, _first_unknown(session, at)))


def _first_unknown(session: Session, at: datetime) -> int:
    """Return the id after that of the last revision made until a moment."""
    made = select(func.max(RollupRevisionRow.id)).where(RollupRevisionRow.published_at <= at)
    return (session.scalar(made) or 0) + 1


def _newest_number(session: Session, rollup_key: RollupKey, at: datetime) -> int:
    row = RollupRevisionRow
    made = select(func.max(row.number)).where(*has_key(key_columns(rollup_key)), row.published_at <= at)
    return session.scalar(made) or 0
