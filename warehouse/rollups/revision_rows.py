"""Write a revision with all that it rests on, and read back what the next one is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select

from domain.indicators import Measure
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupRow
from domain.units import Area, UnitKey
from warehouse.models import (
    IndicatorRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupFigureRow,
    RollupRevisionRow,
    RollupUnitRow,
)
from warehouse.rollups.changes import ColumnChange, CountedAmount, RecordedStatus, RevisionSnapshot, moves_between
from warehouse.rollups.contributions import Contribution
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport, ReportKey
from warehouse.store.bulk import add_rows, table_of
from warehouse.store.engine import Session

_OF_THE_REVISION = {"area", "period", "boundary", "revision", "published_at", "run_id"}
_FIGURE_COLUMNS = tuple(field.name for field in fields(RollupRow) if field.name not in _OF_THE_REVISION)
_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision about to be written: its head, its rows in report order, and what they rest on."""

    head: RollupRevisionRow
    rows: Sequence[RollupRow]
    parts: Mapping[str, Sequence[Contribution]]
    expected_reports: Sequence[ExpectedReport]
    standing: Mapping[ReportKey, ReportingStatus]


def newest_revision(
    session: Session, area: Area, form: str, period: Period, boundary: Boundary
) -> RollupRevisionRow | None:
    """The last revision made of an area's figures, or None."""
    return session.scalar(
        select(RollupRevisionRow)
        .where(
            RollupRevisionRow.area_code == area.code,
            RollupRevisionRow.area_valid_from == area.valid_from,
            RollupRevisionRow.form == form,
            RollupRevisionRow.period == period.id,
            RollupRevisionRow.boundary == boundary,
        )
        .order_by(RollupRevisionRow.number.desc())
        .limit(1)
    )


def write_revision(session: Session, draft: Draft, previous: RollupRevisionRow | None) -> None:
    """Keep a revision, and what moved since the previous one; the first moves nothing."""
    session.add(draft.head)
    session.flush()
    key = draft.head.id
    moves = moves_between(_read_picture(session, previous), _picture_of(draft)) if previous is not None else ()
    add_rows(session, table_of(RollupFigureRow), [_figure_row(key, *each) for each in enumerate(draft.rows, 1)])
    add_rows(session, table_of(RollupContributionRow), contribution_rows(key, draft))
    add_rows(session, table_of(RollupUnitRow), unit_rows(key, draft))
    add_rows(session, table_of(RollupChangeRow), [_change_row(key, *each) for each in enumerate(moves, 1)])


def read_rows(session: Session, revision: RollupRevisionRow) -> tuple[RollupRow, ...]:
    """The published rows of a revision, in report order."""
    rows = session.execute(
        select(RollupFigureRow, IndicatorRow.measure)
        .join(IndicatorRow, IndicatorRow.id == RollupFigureRow.indicator)
        .where(RollupFigureRow.revision_id == revision.id)
        .order_by(RollupFigureRow.position)
    )
    return tuple(_published(revision, row, measure) for row, measure in rows)


def _published(revision: RollupRevisionRow, row: RollupFigureRow, measure: Measure) -> RollupRow:
    value = row.value
    if value is not None and measure is Measure.RATIO:
        value = value.quantize(_PERCENT_STEP, ROUND_HALF_UP)  # rounded long ago: this only shows both decimals
    return RollupRow(
        area=revision.area_code,
        period=revision.period,
        indicator=row.indicator,
        value=value,
        numerator=row.numerator,
        denominator=row.denominator,
        denominator_kind=row.denominator_kind,
        target=row.target,
        target_assumed=row.target_assumed,
        attained=row.attained,
        units_expected=row.units_expected,
        units_accepted=row.units_accepted,
        units_late=row.units_late,
        units_missing=row.units_missing,
        status=row.status,
        boundary=revision.boundary,
        revision=revision.number,
        published_at=revision.published_at,
        run_id=revision.run_id,
        notes=row.notes,
    )


def _read_picture(session: Session, revision: RollupRevisionRow) -> RevisionSnapshot:
    parts: dict[str, dict[ReportKey, CountedAmount]] = {}
    for contribution in session.scalars(
        select(RollupContributionRow).where(RollupContributionRow.revision_id == revision.id)
    ):
        report_key = ReportKey(
            parse_period(contribution.period), UnitKey(contribution.unit_code, contribution.unit_valid_from)
        )
        counted = CountedAmount(
            contribution.submission_id, contribution.numerator, contribution.denominator, contribution.weight
        )
        parts.setdefault(contribution.indicator, {})[report_key] = counted
    stands = {
        ReportKey(parse_period(unit_row.period), UnitKey(unit_row.unit_code, unit_row.unit_valid_from)): RecordedStatus(
            unit_row.state, unit_row.late, unit_row.submission_id
        )
        for unit_row in session.scalars(select(RollupUnitRow).where(RollupUnitRow.revision_id == revision.id))
    }
    return RevisionSnapshot({row.indicator: row for row in read_rows(session, revision)}, parts, stands)


def _picture_of(draft: Draft) -> RevisionSnapshot:
    parts = {
        indicator: {
            contribution.slot: CountedAmount(
                contribution.submission_id,
                contribution.amount.numerator,
                contribution.amount.denominator,
                contribution.weight,
            )
            for contribution in contributions
        }
        for indicator, contributions in draft.parts.items()
    }
    stands = {
        report_key: RecordedStatus(status.state, status.late, status.submission.id if status.submission else None)
        for report_key, status in draft.standing.items()
    }
    return RevisionSnapshot({row.indicator: row for row in draft.rows}, parts, stands)


def _figure_row(revision_id: int, position: int, row: RollupRow) -> dict[str, object]:
    columns = {name: getattr(row, name) for name in _FIGURE_COLUMNS}
    return columns | {"revision_id": revision_id, "position": position}


def contribution_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """What each unit's submissions gave to each figure, as columns of `RollupContributionRow`."""
    return [
        {
            "revision_id": revision_id,
            "indicator": indicator,
            "period": contribution.slot.period.id,
            "unit_code": contribution.slot.unit.code,
            "unit_valid_from": contribution.slot.unit.valid_from,
            "submission_id": contribution.submission_id,
            "numerator": contribution.amount.numerator,
            "denominator": contribution.amount.denominator,
            "weight": contribution.weight,
            "weight_source": contribution.weight_source,
        }
        for indicator, contributions in draft.parts.items()
        for contribution in contributions
    ]


def unit_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """How each unit stood with each base period, as columns of `RollupUnitRow`."""
    return [
        _unit_row(revision_id, expected_report, draft.standing[expected_report.slot])
        for expected_report in draft.expected_reports
    ]


def _unit_row(revision_id: int, expected_reports: ExpectedReport, stands: ReportingStatus) -> dict[str, object]:
    file, overlap = stands.submission, expected_reports.overlap
    return {
        "revision_id": revision_id,
        "period": expected_reports.slot.period.id,
        "unit_code": expected_reports.slot.unit.code,
        "unit_valid_from": expected_reports.slot.unit.valid_from,
        "state": stands.state,
        "late": stands.late,
        "submission_id": file.id if file else None,
        "judgement": file.judgement if file else None,
        "received_at": file.received_at if file else None,
        "whole": overlap.whole,
        "through": [[link.old, link.new, link.effective.isoformat()] for link in overlap.through],
        "villages": None if overlap.villages is None else sorted(overlap.villages),
    }


def _change_row(revision_id: int, position: int, move: ColumnChange) -> dict[str, object]:
    return {
        "revision_id": revision_id,
        "position": position,
        "indicator": move.indicator,
        "column_name": move.column,
        "before": move.before,
        "after": move.after,
        "submission_id": move.submission_id,
    }
