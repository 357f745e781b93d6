"""Lineage of a figure: from the published row to communes, files and cells, with the repairs made on them."""

from collections.abc import Collection, Sequence

from domain.errors import UsageError
from domain.indicators import Flow
from domain.issues import Repair
from domain.periods import Period
from domain.rollups import Boundary
from domain.waivers import OpenWarning
from warehouse.models import IndicatorRow
from warehouse.queries.files import repairs_of
from warehouse.queries.read_models import (
    ExplainedContribution,
    ExplainedPart,
    Explanation,
    PublishedContribution,
    Revision,
    UnitReportingStatus,
)
from warehouse.queries.revisions import RevisionSelector, find_revision, read_revision
from warehouse.store.engine import Session
from warehouse.submissions.lifecycle import find_all
from warehouse.submissions.open_warnings import open_warnings_of


def explain(
    session: Session,
    area: str,
    period: Period,
    indicator: str,
    number: int | None = None,
    *,
    form: str | None = None,
    boundary: Boundary = Boundary.AS_THEN,
) -> Explanation:
    """Explain a published figure; the newest revision's when no number is given.

    Raises:
        UsageError: there is no such revision, or it has no such figure.
    """
    head = find_revision(session, area, period, RevisionSelector(number, form, boundary))
    return explain_row(session, read_revision(session, head, of=indicator), indicator)


def explain_row(session: Session, rows: Revision, indicator: str) -> Explanation:
    """Explain a figure of a revision, stored or computed as of a moment.

    Raises:
        UsageError: it has no such figure.
    """
    row = next((each for each in rows.rows if each.indicator == indicator), None)
    if row is None:
        known = ", ".join(each.indicator for each in rows.rows)
        raise UsageError(f"area {rows.area} has no figure {indicator!r} for {rows.period}; it has: {known}")
    contributions = [each for each in rows.contributions if each.indicator == indicator]
    files = find_all(session, [each.file.submission_id for each in contributions])
    judgements = {row.id: row.judgement for row in files.values()}
    repairs, warnings = repairs_of(session, judgements), open_warnings_of(session, judgements, rows.published_at)
    results = {(each.period, each.unit) for each in contributions}
    parts = rows.parts.get(indicator, ())
    is_index = any(part.points is not None for part in parts)
    result = frozenset() if is_index else _periods_of(session, rows, contributions, indicator)
    by_indicator = {each.indicator: each for each in rows.rows}
    about = {None, indicator, *(part.indicator for part in parts)}
    return Explanation(
        area=rows.area,
        area_name=rows.area_name,
        form=rows.form,
        row=row,
        contributions=tuple(
            ExplainedContribution(
                each,
                files[each.file.submission_id].state,
                _on_cells(repairs[each.file.submission_id], each),
                _about(warnings.get(each.file.submission_id, ()), about),
            )
            for each in contributions
        ),
        absent=tuple(
            unit
            for unit in _reports_of(rows, {indicator, *(part.indicator for part in parts)})
            if unit.period in result and (unit.period, unit.code) not in results
        ),
        changes=tuple(change for change in rows.changes if change.indicator == indicator),
        parts=tuple(ExplainedPart(part.indicator, part.points, by_indicator.get(part.indicator)) for part in parts),
        counted_forms={each.period.id: each.form for each in rows.other_forms if each.indicator == indicator},
        beside=tuple(each for each in rows.beside if each.indicator == indicator),
    )


def _reports_of(rows: Revision, indicators: Collection[str]) -> Sequence[UnitReportingStatus]:
    """Return the reports that a figure is expected in: those of the form that counts, by base period and code."""
    others = {each.period: each.units for each in rows.other_forms if each.indicator in indicators}
    own = [unit for unit in rows.units if unit.period not in others]
    return sorted(
        (*own, *(unit for units in others.values() for unit in units)), key=lambda each: (each.period, each.code)
    )


def _periods_of(
    session: Session, result: Revision, contributions: Sequence[PublishedContribution], indicator: str
) -> frozenset[Period]:
    """Return the base periods that a figure is made from: all of them for a flow, else the last."""
    periods = {unit.period for unit in result.units}
    known = session.get(IndicatorRow, indicator)
    if known is not None and known.flow is not Flow.FLOW and periods:
        return frozenset({contribution.period for contribution in contributions} or {max(periods)})
    return frozenset(periods)


def _on_cells(repairs: Collection[Repair], contribution: PublishedContribution) -> tuple[Repair, ...]:
    cells = {(each.sheet, each.cell) for each in contribution.sources}
    cells |= {(each.sheet, each.denominator_cell) for each in contribution.sources if each.denominator_cell}
    return tuple(repair for repair in repairs if (repair.sheet, repair.cell) in cells)


def _about(open_warnings: Collection[OpenWarning], about: Collection[str | None]) -> tuple[OpenWarning, ...]:
    """Return warnings about some indicators, or about the report as a whole (None)."""
    return tuple(open_warning for open_warning in open_warnings if open_warning.issue.indicator in about)
