"""Write a revision with all that it is made from, and read it back to compare the next one with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import bindparam, select

from domain.indicators import Measure, Part
from domain.periods import parse_period
from domain.rollups import RollupRow
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    IndicatorRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupPartRow,
    RollupRevisionRow,
    RollupUnitRow,
)
from warehouse.rollups.changes import (
    ColumnChange,
    CountedAmount,
    RecordedStatus,
    RevisionSnapshot,
    changed_indicators,
    column_changes,
)
from warehouse.rollups.closings import HAS_KEY, RollupKeyColumns
from warehouse.rollups.drafts import (
    Draft,
    UnitRecord,
    beside_rows,
    counted_form_rows,
    other_report_rows,
    part_rows,
)
from warehouse.store.bulk import add_columns, add_records, add_rows, table_of
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey

_OF_THE_REVISION = {"area", "period", "boundary", "revision", "published_at", "run_id", "finality"}
_FIGURE_COLUMNS = tuple(field.name for field in fields(RollupRow) if field.name not in _OF_THE_REVISION)
_PERCENT_STEP = Decimal("0.01")
_COUNTED_COLUMNS = (
    "indicator",
    "unit_code",
    "unit_valid_from",
    "period",
    "submission_id",
    "numerator",
    "denominator",
    "weight",
)


def newest_revision(session: Session, key: RollupKeyColumns) -> RollupRevisionRow | None:
    """Return the newest revision of an area's figures, or None."""
    return session.scalar(_NEWEST, key._asdict())


_NEWEST: Final = select(RollupRevisionRow).where(*HAS_KEY).order_by(RollupRevisionRow.number.desc()).limit(1)


def write_revision(session: Session, draft: Draft, previous: RollupRevisionRow | None) -> None:
    """Write a revision and its changes since the previous one; the first one has none."""
    session.add(draft.head)
    session.flush()
    key = draft.head.id
    changes = _changes_since(session, previous, draft) if previous is not None else ()
    add_rows(session, table_of(RollupFigureRow), [_figure_row(key, *each) for each in enumerate(draft.rows, 1)])
    columns = draft.contribution_columns
    columns = {"revision_id": [key] * len(columns["indicator"]), **columns}
    add_columns(session, table_of(RollupContributionRow), columns)
    add_rows(session, table_of(RollupPartRow), part_rows(key, draft))
    units = [(key, *each) for each in draft.units]
    add_records(session, table_of(RollupUnitRow), ("revision_id", *UnitRecord._fields), units)
    add_rows(session, table_of(RollupCountedFormRow), counted_form_rows(key, draft))
    add_rows(session, table_of(RollupOtherReportRow), other_report_rows(key, draft))
    add_rows(session, table_of(RollupBesideRow), beside_rows(key, draft))
    add_rows(session, table_of(RollupChangeRow), [_change_row(key, *each) for each in enumerate(changes, 1)])


_FIGURES: Final = (
    select(RollupFigureRow, IndicatorRow.measure)
    .join(IndicatorRow, IndicatorRow.id == RollupFigureRow.indicator)
    .where(RollupFigureRow.revision_id == bindparam("revision"))
    .order_by(RollupFigureRow.position)
)
_PARTS: Final = (
    select(RollupPartRow.indicator, RollupPartRow.part, RollupPartRow.points)
    .where(RollupPartRow.revision_id == bindparam("revision"))
    .order_by(RollupPartRow.indicator, RollupPartRow.position)
)


def read_rows(session: Session, revision: RollupRevisionRow) -> tuple[RollupRow, ...]:
    """Return the published rows of a revision, in the form's order."""
    rows = session.execute(_FIGURES, {"revision": revision.id}).all()
    return tuple(_published(revision, row, measure) for row, measure in rows)


def read_parts(session: Session, revision: RollupRevisionRow) -> dict[str, tuple[Part, ...]]:
    """Return the parts of a revision's derived indicators."""
    results: dict[str, tuple[Part, ...]] = {}
    for indicator, part, points in session.execute(_PARTS, {"revision": revision.id}).all():
        results[indicator] = (*results.get(indicator, ()), Part(part, points))
    return results


def _published(revision: RollupRevisionRow, row: RollupFigureRow, measure: Measure) -> RollupRow:
    figure: dict[str, Any] = {name: getattr(row, name) for name in _FIGURE_COLUMNS}
    if row.value is not None and measure is Measure.RATIO:
        # Rounded when made: this only restores both decimals.
        figure["value"] = row.value.quantize(_PERCENT_STEP, ROUND_HALF_UP)
    return RollupRow(
        area=revision.area_code,
        period=revision.period,
        boundary=revision.boundary,
        revision=revision.number,
        published_at=revision.published_at,
        run_id=revision.run_id,
        finality=revision.finality,
        **figure,
    )


def _changes_since(session: Session, previous: RollupRevisionRow, draft: Draft) -> tuple[ColumnChange, ...]:
    """Compare with the revision before, whose contributions are read to the figures that changed only."""
    before, after = ({row.indicator: row for row in rows} for rows in (read_rows(session, previous), draft.rows))
    changed = changed_indicators(before, after)
    parts = {
        indicator: [part.indicator for part in parts]
        for indicator, parts in draft.parts.items()
        if indicator in changed and indicator not in draft.contributions
    }
    made_from = changed.union(*parts.values())
    return column_changes(
        _stored_snapshot(session, previous, before, made_from), _snapshot_of(draft, after, made_from, parts)
    )


def _stored_snapshot(
    session: Session, revision: RollupRevisionRow, rows: Mapping[str, RollupRow], indicators: Collection[str]
) -> RevisionSnapshot:
    """Return what a revision stored, with the contributions to some indicators."""
    # Columns of tables, not of objects: a country has hundreds of thousands.
    counted_row, unit = table_of(RollupContributionRow).c, table_of(RollupUnitRow).c
    other, counted_form = table_of(RollupOtherReportRow).c, table_of(RollupCountedFormRow).c
    keys: dict[tuple[str, date, str, str], ReportKey] = {}

    def key_of(code: str, valid_from: date, period: str, form: str = revision.form) -> ReportKey:
        columns = code, valid_from, period, form
        if columns not in keys:
            keys[columns] = ReportKey(UnitKey(code, valid_from), form, parse_period(period))
        return keys[columns]

    forms = {
        (indicator, period): form
        for indicator, period, form in session.execute(
            select(counted_form.indicator, counted_form.period, counted_form.form).where(
                counted_form.revision_id == revision.id
            )
        )
    }
    statuses = {
        key_of(code, valid_from, period, form): RecordedStatus(*status)
        for code, valid_from, period, form, *status in session.execute(
            select(
                other.unit_code,
                other.unit_valid_from,
                other.period,
                other.form,
                other.state,
                other.late,
                other.submission_id,
            ).where(other.revision_id == revision.id)
        )
    }
    statuses |= {
        key_of(code, valid_from, period): RecordedStatus(*status)
        for code, valid_from, period, *status in session.execute(
            select(unit.unit_code, unit.unit_valid_from, unit.period, unit.state, unit.late, unit.submission_id).where(
                unit.revision_id == revision.id
            )
        ).all()
    }
    contributions: dict[str, dict[ReportKey, CountedAmount]] = {}
    stored = session.execute(
        select(*(counted_row[name] for name in _COUNTED_COLUMNS)).where(
            counted_row.revision_id == revision.id, counted_row.indicator.in_(sorted(indicators))
        )
    )
    archived = archived_contributions(session, [revision.id], indicators=indicators)
    for indicator, code, valid_from, period, *counted in (*stored, *map(attrgetter(*_COUNTED_COLUMNS), archived)):
        key = key_of(code, valid_from, period, forms.get((indicator, period), revision.form))
        contributions.setdefault(indicator, {})[key] = CountedAmount(*counted)
    return RevisionSnapshot(rows, contributions, statuses, beside=_stored_beside(session, revision))


def _stored_beside(session: Session, revision: RollupRevisionRow) -> dict[str, dict[ReportKey, CountedAmount]]:
    row = RollupBesideRow
    results: dict[str, dict[ReportKey, CountedAmount]] = {}
    for each in session.scalars(select(row).where(row.revision_id == revision.id)):
        key = ReportKey(UnitKey(each.unit_code, each.unit_valid_from), each.form, parse_period(each.period))
        amount = CountedAmount(each.submission_id, each.numerator, each.denominator, None)
        results.setdefault(each.indicator, {})[key] = amount
    return results


def _snapshot_of(
    draft: Draft, rows: Mapping[str, RollupRow], indicators: Collection[str], parts: Mapping[str, Sequence[str]]
) -> RevisionSnapshot:
    contributions = {
        indicator: {
            contribution.key: CountedAmount(
                contribution.submission_id,
                contribution.amount.numerator,
                contribution.amount.denominator,
                contribution.weight,
            )
            for contribution in contributions
        }
        for indicator, contributions in draft.contributions.items()
        if indicator in indicators
    }
    counting = {report.key for report in (*draft.expected_reports, *draft.other_reports)}
    status = {
        report_key: RecordedStatus(status.state, status.late, status.submission.id if status.submission else None)
        for report_key, status in draft.statuses.items()
        if report_key in counting
    }
    beside = {
        indicator: {
            each.report.key: CountedAmount(each.submission_id, each.amount.numerator, each.amount.denominator, None)
            for each in amounts
        }
        for indicator, amounts in draft.beside.items()
    }
    return RevisionSnapshot(rows, contributions, status, parts, beside)


def _figure_row(revision_id: int, position: int, row: RollupRow) -> dict[str, object]:
    columns = {name: getattr(row, name) for name in _FIGURE_COLUMNS}
    return columns | {"revision_id": revision_id, "position": position}


def _change_row(revision_id: int, position: int, change: ColumnChange) -> dict[str, object]:
    return {
        "revision_id": revision_id,
        "position": position,
        "indicator": change.indicator,
        "column_name": change.column,
        "before": change.before,
        "after": change.after,
        "submission_id": change.submission_id,
    }
