"""Roll up: make an area's figures for a period from what is accepted, and keep them as a revision when they moved."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, select

from domain.aggregation import published_value
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator
from domain.periods import Period
from domain.rollups import Boundary, RollupRow, RollupStatus
from domain.units import Area
from domain.vietnam_time import day_in_vietnam
from warehouse.models import (
    DeliveryRow,
    PlacementRow,
    RollupRevisionRow,
    RollupSeenRow,
    SubmissionEventRow,
    WaiverRow,
)
from warehouse.models.exact import DECIMALS
from warehouse.rollups.changes import columns_of, shown
from warehouse.rollups.closings import closing_of
from warehouse.rollups.contributions import FigureInputs, read_rollup_inputs
from warehouse.rollups.notes import NoteWriter
from warehouse.rollups.revision_rows import Draft, newest_revision, write_revision
from warehouse.rollups.scope import RollupKey, scope_of
from warehouse.store.bulk import table_of, upsert_rows
from warehouse.store.engine import Session, serialise

_STEP = Decimal(1).scaleb(-DECIMALS)


def roll_up(
    session: Session,
    catalog: Catalog,
    area: Area,
    form: str,
    period: Period,
    *,
    run_id: str,
    at: datetime,
    boundary: Boundary = Boundary.AS_THEN,
    on_demand: bool = False,
) -> int | None:
    """Make an area's figures for a form and period, within the line that the area draws.

    A new revision is kept only when a published column other than revision, published_at and run_id differs from the
    newest one's; with it all that it rests on, and the list of what moved. `asked` marks figures that a person asked
    for, so that the nights keep them up to date from then on. Closed figures are left alone, and what came for them
    stays unseen until they are opened again.

    Returns:
        The new revision's number, or None when nothing moved (or nobody in the area owes the form).
    """
    serialise(session)
    cell = RollupKey(area, form, period, boundary)
    if closing_of(session, cell) is not None:
        return None
    _note_seen(session, catalog, cell, at, on_demand=on_demand)
    previous = newest_revision(session, area, form, period, boundary)
    number = previous.number + 1 if previous else 1
    draft = draft_of(session, catalog, cell, Edition(number, run_id, at))
    unmoved = previous is not None and previous.content_sha256 == draft.head.content_sha256
    if not draft.rows or unmoved:
        return None
    write_revision(session, draft, previous)
    return draft.head.number


@dataclass(frozen=True, slots=True)
class Edition:
    """What only names a revision: its number, the run that makes it, and when."""

    number: int
    run_id: str
    at: datetime


def draft_of(
    session: Session, catalog: Catalog, cell: RollupKey, edition: Edition, as_of: datetime | None = None
) -> Draft:
    """An area's figures with all that they rest on, as it is now or as it was known at a moment; writes nothing."""
    scope = scope_of(catalog, cell)
    rollup_inputs = read_rollup_inputs(session, catalog, scope, as_of, at=as_of or edition.at)
    table = _RowBuilder(catalog, cell, edition, NoteWriter(catalog, scope))
    inputs = {indicator: rollup_inputs.figure_inputs(indicator) for indicator in scope.expected}
    rows = [table.row(indicator, figure_inputs) for indicator, figure_inputs in inputs.items()]
    head = RollupRevisionRow(
        area_code=cell.area.code,
        area_valid_from=cell.area.valid_from,
        area_name=cell.area.name,
        form=cell.form,
        period=cell.period.id,
        boundary=cell.boundary,
        number=edition.number,
        run_id=edition.run_id,
        published_at=edition.at,
        catalog_version=catalog.version,
        content_sha256=content_hash(rows),
    )
    parts = {indicator.id: figure_inputs.parts for indicator, figure_inputs in inputs.items()}
    return Draft(head, rows, parts, scope.expected_reports, rollup_inputs.standing)


def content_hash(rows: Sequence[RollupRow]) -> str:
    """A hash over what rows say, without what only names the revision."""
    content = [{name: shown(value) for name, value in columns_of(row).items()} for row in rows]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _RowBuilder:
    """Writes the rows of one cell."""

    catalog: Catalog
    cell: RollupKey
    edition: Edition
    notes: NoteWriter

    def row(self, indicator: Indicator, inputs: FigureInputs) -> RollupRow:
        """The published row of an indicator."""
        sums, coverage, area = inputs.sums, inputs.coverage, self.cell.area
        value = published_value(indicator, sums)
        target = self.catalog.target(indicator.id, area.level, area.code, self.cell.period.year)
        return RollupRow(
            area=area.code,
            period=self.cell.period.id,
            indicator=indicator.id,
            value=_within_limits(value),
            numerator=_within_limits(sums.numerator),
            denominator=_within_limits(sums.denominator),
            denominator_kind=indicator.denominator_kind,
            target=target.value if target else None,
            target_assumed=target.assumed if target else None,
            attained=value >= target.value if target and value is not None else None,
            units_expected=coverage.expected,
            units_accepted=len(coverage.given),
            units_late=len(coverage.late),
            units_missing=coverage.missing,
            status=coverage.status if inputs.is_comparable else RollupStatus.NOT_COMPARABLE,
            boundary=self.cell.boundary,
            revision=self.edition.number,
            published_at=self.edition.at,
            run_id=self.edition.run_id,
            notes=self.notes.of(inputs, has_no_share=sums.numerator is not None and value is None),
        )


def _within_limits(number: Decimal | None) -> Decimal | None:
    """A weighted sum may have more decimals than are kept: it is rounded here, once; any other stays as it is."""
    if number is None or number == round(number, DECIMALS):
        return number
    return number.quantize(_STEP, ROUND_HALF_UP)


def _note_seen(session: Session, catalog: Catalog, cell: RollupKey, at: datetime, *, on_demand: bool) -> None:
    """Note how far these figures have looked: every move, delivery and answer, the catalogue's structure, the day."""
    key = (cell.area.code, cell.area.valid_from, cell.form, cell.period.id, cell.boundary)
    known = session.get(RollupSeenRow, key)
    row = {
        **dict(zip(("area_code", "area_valid_from", "form", "period", "boundary"), key, strict=True)),
        "event_id": session.scalar(select(func.max(SubmissionEventRow.id))) or 0,
        "delivery_id": session.scalar(select(func.max(DeliveryRow.id))) or 0,
        "placement_id": session.scalar(select(func.max(PlacementRow.id))) or 0,
        "waiver_id": session.scalar(select(func.max(WaiverRow.id))) or 0,
        "structure_version": catalog.structure_version,
        "looked_on": day_in_vietnam(at),
        "asked": on_demand or bool(known and known.asked),
    }
    upsert_rows(session, table_of(RollupSeenRow), [row])
