"""Roll up: make an area's figures for a period from what is accepted, and keep them as a revision when they moved."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.aggregation import Sums, published_value
from domain.catalog import Catalog
from domain.indicators import Indicator
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupRow
from domain.units import Area, OrgUnit, UnitKey
from warehouse.bulk import table_of, upsert_rows
from warehouse.changes import columns_of, shown
from warehouse.coverage import Coverage, coverage_of, notes_of
from warehouse.engine import Session, serialise
from warehouse.models import RollupRevisionRow, RollupSeenRow, SubmissionEventRow
from warehouse.revision_rows import Draft, newest_revision, write_revision
from warehouse.scope import Scope, laid_out, scope_of
from warehouse.standing import Standing, standings
from warehouse.sums import Given, contributions, not_applicable, totals

_NOTHING = Sums(None, None, 0)


def roll_up(
    session: Session, catalog: Catalog, area: Area, form: str, period: Period, *, run_id: str, at: datetime
) -> int | None:
    """Make an area's figures for a form and period, on the boundaries that held then.

    A new revision is kept only when a published column other than revision, published_at and run_id differs from the
    newest one's; with it all that it rests on, and the list of what moved.

    Returns:
        The new revision's number, or None when nothing moved (or nobody in the area owes the form).
    """
    serialise(session)
    _note_seen(session, area, form, period)
    scope = scope_of(catalog, area, form, period)
    inputs = _gather(session, catalog, scope, form, period)
    previous = newest_revision(session, area, form, period, Boundary.AS_THEN)
    head = RollupRevisionRow(
        area_code=area.code,
        area_valid_from=area.valid_from,
        area_name=area.name,
        form=form,
        period=period.id,
        boundary=Boundary.AS_THEN,
        number=previous.number + 1 if previous else 1,
        run_id=run_id,
        published_at=at,
        catalog_version=catalog.version,
    )
    rows = [
        _row(catalog, area, head, indicator, inputs.evidence(indicator, units))
        for indicator, units in scope.expected.items()
    ]
    head.content_sha256 = content_hash(rows)
    if not rows or (previous is not None and previous.content_sha256 == head.content_sha256):
        return None
    write_revision(session, Draft(head, rows, inputs.parts, inputs.standing), previous)
    return head.number


def content_hash(rows: Sequence[RollupRow]) -> str:
    """A hash over what rows say, without what only names the revision."""
    content = [{name: shown(value) for name, value in columns_of(row).items()} for row in rows]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one row rests on."""

    sums: Sums
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What the rows of one rollup are made from."""

    totals: Mapping[str, Sums]
    parts: Mapping[str, Mapping[UnitKey, Given]]
    without: set[tuple[str, UnitKey]]
    standing: Mapping[UnitKey, Standing]

    def evidence(self, indicator: Indicator, units: Sequence[OrgUnit]) -> _Evidence:
        """The sums of an indicator, and what became of the figure of each unit expected to give it."""
        without = {unit.key for unit in units if (indicator.id, unit.key) in self.without}
        coverage = coverage_of(units, self.standing, self.parts.get(indicator.id, {}), without)
        return _Evidence(self.totals.get(indicator.id, _NOTHING), coverage)


def _gather(session: Session, catalog: Catalog, scope: Scope, form: str, period: Period) -> _Inputs:
    deadline = catalog.deadline(form, period, catalog.form(form).level)
    with laid_out(session, scope):
        return _Inputs(
            totals(session, form, period),
            contributions(session, form, period),
            not_applicable(session, form, period),
            standings(session, form, period, scope.units, deadline),
        )


def _row(catalog: Catalog, area: Area, head: RollupRevisionRow, indicator: Indicator, evidence: _Evidence) -> RollupRow:
    sums, coverage = evidence.sums, evidence.coverage
    value = published_value(indicator, sums)
    target = catalog.target(indicator.id, area.level, area.code, parse_period(head.period).year)
    return RollupRow(
        area=area.code,
        period=head.period,
        indicator=indicator.id,
        value=value,
        numerator=sums.numerator,
        denominator=sums.denominator,
        denominator_kind=indicator.denominator_kind,
        target=target.value if target else None,
        target_assumed=target.assumed if target else None,
        attained=value >= target.value if target and value is not None else None,
        units_expected=coverage.expected,
        units_accepted=len(coverage.given),
        units_late=len(coverage.late),
        units_missing=coverage.missing,
        status=coverage.status,
        boundary=head.boundary,
        revision=head.number,
        published_at=head.published_at,
        run_id=head.run_id,
        notes=notes_of(catalog, coverage, has_no_share=sums.numerator is not None and value is None),
    )


def _note_seen(session: Session, area: Area, form: str, period: Period) -> None:
    """Note up to which move of any submission these figures have looked."""
    row = {
        "area_code": area.code,
        "area_valid_from": area.valid_from,
        "form": form,
        "period": period.id,
        "boundary": Boundary.AS_THEN,
        "event_id": session.scalar(select(func.max(SubmissionEventRow.id))) or 0,
    }
    upsert_rows(session, table_of(RollupSeenRow), [row])
