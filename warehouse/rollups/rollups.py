"""Roll up: compute an area's figures for a period from accepted submissions; keep a revision when they changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from domain.aggregation import published_value
from domain.catalog.catalog import Catalog
from domain.comparisons.territory_bounds import TerritoryBounds
from domain.indicators import Indicator, Measure, SeriesBreak
from domain.periods import Period
from domain.rollups import Boundary, Finality, RollupRow
from domain.units import Area
from domain.vietnam_time import day_in_vietnam
from warehouse.models import RollupRevisionRow, RollupSeenRow
from warehouse.models.exact import DECIMALS
from warehouse.rollups.bounds import bounds_of, bounds_of_index
from warehouse.rollups.changes import as_text, columns_of
from warehouse.rollups.closings import closing_of, key_columns
from warehouse.rollups.composites import composite_inputs
from warehouse.rollups.contributions import FigureInputs, read_rollup_inputs
from warehouse.rollups.drafts import Draft
from warehouse.rollups.notes import NoteWriter
from warehouse.rollups.reviews import newest_position
from warehouse.rollups.revision_rows import newest_revision, write_revision
from warehouse.rollups.scope import RollupKey, computation_version, scope_of
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
    """Compute an area's figures for a form and period, within the boundary that the area defines.

    A new revision is kept only when a published column other than revision, published_at and run_id differs from the
    newest one's, with all that it is made from, and its changes; or when figures that were final were reopened.
    `on_demand` marks figures that a person requested, so that nightly runs keep them up to date from then on. Closed
    figures are left alone, and submissions for them stay unreviewed until they are reopened.

    Returns:
        The new revision's number; None when nothing changed (or no unit of the area has to report the form).
    """
    serialise(session)
    rollup_key = RollupKey(area, form, period, boundary)
    if closing_of(session, rollup_key) is not None:
        return None
    _record_review(session, catalog, rollup_key, at, on_demand=on_demand)
    previous = newest_revision(session, key_columns(rollup_key))
    number = previous.number + 1 if previous else 1
    draft = draft_of(session, catalog, rollup_key, RevisionOrigin(number, run_id, at))
    is_unchanged = (
        previous is not None
        and previous.content_sha256 == draft.head.content_sha256
        and previous.finality is draft.head.finality
    )
    if not draft.rows or is_unchanged:
        return None
    write_revision(session, draft, previous)
    return number


def write_final(
    session: Session, catalog: Catalog, rollup_key: RollupKey, *, run_id: str, at: datetime
) -> RollupRevisionRow:
    """Write an area's figures once more, as the final revision that a closing keeps, and return its head."""
    previous = newest_revision(session, key_columns(rollup_key))
    number = previous.number + 1 if previous else 1
    draft = draft_of(session, catalog, rollup_key, RevisionOrigin(number, run_id, at, Finality.FINAL))
    write_revision(session, draft, previous)
    return draft.head


@dataclass(frozen=True, slots=True)
class RevisionOrigin:
    """Origin of a revision: its number, the run that makes it, when, and whether it is a final one."""

    number: int
    run_id: str
    at: datetime
    finality: Finality = Finality.PRELIMINARY


def draft_of(
    session: Session,
    catalog: Catalog,
    rollup_key: RollupKey,
    origin: RevisionOrigin,
    as_of: datetime | None = None,
    *,
    has_bounds: bool = True,
) -> Draft:
    """Compute a revision with all that it is made from, now or as known at a moment (`as_of`); write nothing.

    Without `has_bounds` rows say what they said before figures that are not comparable had bounds.
    """
    scope = scope_of(catalog, rollup_key)
    rollup_inputs = read_rollup_inputs(session, catalog, scope, as_of, at=as_of or origin.at)
    builder = _RowBuilder(catalog, rollup_key, origin, NoteWriter(catalog, scope))
    inputs = {indicator: rollup_inputs.figure_inputs(indicator) for indicator in scope.expected}
    bounds = {
        indicator.id: result
        for indicator, figure_inputs in inputs.items()
        if has_bounds and not scope.unresolved and (result := bounds_of(indicator, figure_inputs)) is not None
    }
    rows = [
        builder.row(indicator, figure_inputs, published_value(indicator, figure_inputs.sums), bounds.get(indicator.id))
        for indicator, figure_inputs in inputs.items()
    ]
    by_indicator = {indicator.id: figure_inputs for indicator, figure_inputs in inputs.items()}
    rows += [
        builder.row(index, *composite_inputs(index, by_indicator), bounds_of_index(index, by_indicator, bounds))
        for index in scope.composites
    ]
    order = {indicator: place for place, indicator in enumerate(catalog.indicators)}
    rows.sort(key=lambda row: order[row.indicator])
    head = RollupRevisionRow(
        area_code=rollup_key.area.code,
        area_valid_from=rollup_key.area.valid_from,
        area_name=rollup_key.area.name,
        form=rollup_key.form,
        period=rollup_key.period.id,
        boundary=rollup_key.boundary,
        number=origin.number,
        run_id=origin.run_id,
        published_at=origin.at,
        catalog_version=catalog.version,
        content_sha256=content_hash(rows),
        finality=origin.finality,
    )
    contributions = {indicator.id: figure_inputs.contributions for indicator, figure_inputs in inputs.items()}
    parts = {indicator.id: indicator.parts for indicator in (*inputs, *scope.composites) if indicator.parts}
    return Draft(
        head,
        rows,
        contributions,
        {above: subtotal.stored_by for above, subtotal in rollup_inputs.known.items()},
        rollup_inputs.new,
        scope.expected_reports,
        rollup_inputs.statuses,
        parts,
        counted_forms={indicator.id: each.counted_forms for indicator, each in inputs.items()},
        other_reports=scope.other_reports,
        beside={indicator.id: each.beside for indicator, each in inputs.items()},
    )


def content_hash(rows: Sequence[RollupRow]) -> str:
    """Hash the content of rows, without the columns that identify the revision."""
    content = [{name: as_text(value) for name, value in columns_of(row).items()} for row in rows]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _RowBuilder:
    """Builder of a rollup's rows."""

    catalog: Catalog
    rollup_key: RollupKey
    origin: RevisionOrigin
    notes: NoteWriter

    def row(
        self, indicator: Indicator, inputs: FigureInputs, value: Decimal | None, bounds: TerritoryBounds | None
    ) -> RollupRow:
        """Build the published row of an indicator."""
        sums, coverage, area = inputs.sums, inputs.coverage, self.rollup_key.area
        target = self.catalog.targets.find(indicator.id, area.level, area.code, self.rollup_key.period.year)
        return RollupRow(
            area=area.code,
            period=self.rollup_key.period.id,
            indicator=indicator.id,
            value=_within_limits(value),
            numerator=_within_limits(sums.numerator),
            denominator=_within_limits(sums.denominator),
            denominator_kind=indicator.denominator_kind,
            target=target.value if target else None,
            target_assumed=target.assumed if target else None,
            attained=value >= target.value if target and value is not None else None,
            units_expected=coverage.expected,
            units_accepted=len(coverage.reported),
            units_late=len(coverage.late),
            units_missing=coverage.missing,
            status=inputs.status,
            boundary=self.rollup_key.boundary,
            revision=self.origin.number,
            published_at=self.origin.at,
            run_id=self.origin.run_id,
            notes=self.notes.of(
                inputs,
                bounds=bounds,
                is_share=indicator.measure is Measure.RATIO,
                redefined=self._redefined(indicator),
                has_no_share=sums.numerator is not None and value is None,
            ),
            finality=self.origin.finality,
        )

    def _redefined(self, indicator: Indicator) -> SeriesBreak | None:
        """Return the break of the indicator between the preceding period's last day and this one's, if any."""
        forms, form, period = self.catalog.forms, self.rollup_key.form, self.rollup_key.period
        before, last = forms.last_day(form, period.shift(-1)), forms.last_day(form, period)
        return next((each for each in reversed(indicator.breaks) if before < each.first_day <= last), None)


def _within_limits(number: Decimal | None) -> Decimal | None:
    """Round a weighted sum with more decimals than are stored, once; leave any other number as it is."""
    if number is None or number == round(number, DECIMALS):
        return number
    return number.quantize(_STEP, ROUND_HALF_UP)


def _record_review(session: Session, catalog: Catalog, rollup_key: RollupKey, at: datetime, *, on_demand: bool) -> None:
    """Record what these figures take into account: the last event, delivery and answer, the structure, the day."""
    key = (rollup_key.area.code, rollup_key.area.valid_from, rollup_key.form, rollup_key.period.id, rollup_key.boundary)
    previous = session.get(RollupSeenRow, key)
    position = newest_position(session)
    row = {
        **dict(zip(("area_code", "area_valid_from", "form", "period", "boundary"), key, strict=True)),
        **dict(zip(("event_id", "delivery_id", "placement_id", "waiver_id"), position, strict=True)),
        "structure_version": computation_version(catalog),
        "looked_on": day_in_vietnam(at),
        "asked": on_demand or bool(previous and previous.asked),
    }
    upsert_rows(session, table_of(RollupSeenRow), [row])
