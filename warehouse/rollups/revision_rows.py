"""Write a revision with all that it is made from, and read it back to compare the next one with it."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import bindparam, literal, select

from domain.indicators import Measure, Part
from domain.periods import parse_period
from domain.rollups import RollupRow
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    CONTRIBUTED,
    IndicatorRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupPartRow,
    RollupRevisionRow,
    RollupSourceRow,
    RollupSubtotalRow,
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
    source_rows,
    subtotal_rows,
)
from warehouse.store.bulk import add_columns, add_records, add_rows, in_chunks, table_of
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
_COUNTED: Final = attrgetter(*_COUNTED_COLUMNS)


def newest_revision(session: Session, key: RollupKeyColumns) -> RollupRevisionRow | None:
    """Return the newest revision of an area's figures, or None."""
    return session.scalar(_NEWEST, key._asdict())


_NEWEST: Final = select(RollupRevisionRow).where(*HAS_KEY).order_by(RollupRevisionRow.number.desc()).limit(1)


def write_revision(session: Session, draft: Draft, previous: RollupRevisionRow | None) -> None:
    """Write a revision and its changes since the previous one; the first one has none."""
    session.add(draft.head)
    session.flush()
    key = draft.head.id
    add_rows(session, table_of(RollupFigureRow), [_figure_row(key, *each) for each in enumerate(draft.rows, 1)])
    columns = draft.contribution_columns
    columns = {"revision_id": [key] * len(columns["indicator"]), **columns}
    add_columns(session, table_of(RollupContributionRow), columns)
    add_rows(session, table_of(RollupSourceRow), source_rows(key, draft))
    add_rows(session, table_of(RollupSubtotalRow), subtotal_rows(key, draft))
    add_rows(session, table_of(RollupPartRow), part_rows(key, draft))
    units = [(key, *each) for each in draft.units]
    add_records(session, table_of(RollupUnitRow), ("revision_id", *UnitRecord._fields), units)
    add_rows(session, table_of(RollupCountedFormRow), counted_form_rows(key, draft))
    add_rows(session, table_of(RollupOtherReportRow), other_report_rows(key, draft))
    add_rows(session, table_of(RollupBesideRow), beside_rows(key, draft))
    changes = _changes_since(session, previous, draft) if previous is not None else ()
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


def sources_of(session: Session, revision: int) -> dict[str, int]:
    """Return which revisions stored a revision's contributions, by the code of the unit above."""
    row = RollupSourceRow
    columns = select(row.above_code, row.stored_by).where(row.revision_id == revision)
    return dict(session.execute(columns).tuples().all())


def _changes_since(session: Session, previous: RollupRevisionRow, draft: Draft) -> tuple[ColumnChange, ...]:
    """Compare with the revision before: contributions that both do not share, to the figures that changed."""
    before, after = ({row.indicator: row for row in rows} for rows in (read_rows(session, previous), draft.rows))
    changed = changed_indicators(before, after)
    parts = {
        indicator: [part.indicator for part in parts]
        for indicator, parts in draft.parts.items()
        if indicator in changed and indicator not in draft.contributions
    }
    made_from = changed.union(*parts.values())
    was, now = sources_of(session, previous.id), draft.sources
    gone = [above for above, stored_by in was.items() if now.get(above) != stored_by]
    come = [above for above, stored_by in now.items() if was.get(above) != stored_by]
    amounts_before = _stored_contributions(session, previous, made_from, gone)
    amounts_after = _stored_contributions(session, draft.head, made_from, come)
    for indicator, amounts in _contributions_of(draft, made_from).items():
        amounts_after.setdefault(indicator, {}).update(amounts)
    beside = _stored_beside(session, previous)
    return column_changes(
        RevisionSnapshot(before, amounts_before, _stored_statuses(session, previous), beside=beside),
        RevisionSnapshot(after, amounts_after, _statuses_of(draft), parts, _beside_of(draft)),
    )


class _ReportKeys(dict[tuple[str, date, str, str], ReportKey]):
    """Keys of reports by unit code, first day, period and form: a country has ten thousand, and reads each often."""

    def __missing__(self, columns: tuple[str, date, str, str]) -> ReportKey:
        code, valid_from, period, form = columns
        key = self[columns] = ReportKey(UnitKey(code, valid_from), form, parse_period(period))
        return key


def _stored_statuses(session: Session, revision: RollupRevisionRow) -> dict[ReportKey, RecordedStatus]:
    # Columns of tables, not of objects: a country has ten thousand.
    unit, other = table_of(RollupUnitRow).c, table_of(RollupOtherReportRow).c
    keys, results = _ReportKeys(), dict[ReportKey, RecordedStatus]()
    for row, form in ((other, other.form), (unit, literal(revision.form))):
        columns = row.unit_code, row.unit_valid_from, row.period, form, row.state, row.late, row.submission_id
        stored = session.execute(select(*columns).where(row.revision_id == revision.id)).all()
        results |= {keys[code, day, period, of]: RecordedStatus(*status) for code, day, period, of, *status in stored}
    return results


def _stored_contributions(
    session: Session, revision: RollupRevisionRow, indicators: Collection[str], above: Collection[str]
) -> dict[str, dict[ReportKey, CountedAmount]]:
    """Return what units below some units contributed to some figures of a revision, whichever stored it."""
    if not above:
        return {}
    row, counted_form = CONTRIBUTED.c, table_of(RollupCountedFormRow).c
    columns = counted_form.indicator, counted_form.period, counted_form.form
    forms = {
        (indicator, period): form
        for indicator, period, form in session.execute(
            select(*columns).where(counted_form.revision_id == revision.id)
        ).tuples()
    }
    stored = select(*(row[name] for name in _COUNTED_COLUMNS)).where(
        row.revision_id == revision.id, row.indicator.in_(sorted(indicators))
    )
    rows: list[Any] = [
        each for chunk in in_chunks(above) for each in session.execute(stored.where(row.above_code.in_(chunk)))
    ]
    archived = archived_contributions(session, [revision.id], indicators=indicators)
    rows += [_COUNTED(each) for each in archived if each.above_code in above]
    keys, results = _ReportKeys(), dict[str, dict[ReportKey, CountedAmount]]()
    for indicator, code, valid_from, period, *counted in rows:
        key = keys[code, valid_from, period, forms.get((indicator, period), revision.form)]
        results.setdefault(indicator, {})[key] = CountedAmount(*counted)
    return results


def _stored_beside(session: Session, revision: RollupRevisionRow) -> dict[str, dict[ReportKey, CountedAmount]]:
    row = RollupBesideRow
    results: dict[str, dict[ReportKey, CountedAmount]] = {}
    for each in session.scalars(select(row).where(row.revision_id == revision.id)):
        key = ReportKey(UnitKey(each.unit_code, each.unit_valid_from), each.form, parse_period(each.period))
        amount = CountedAmount(each.submission_id, each.numerator, each.denominator, None)
        results.setdefault(each.indicator, {})[key] = amount
    return results


def _contributions_of(draft: Draft, indicators: Collection[str]) -> dict[str, dict[ReportKey, CountedAmount]]:
    return {
        indicator: {each.key: CountedAmount(each.submission_id, *each.amount, each.weight) for each in contributions}
        for indicator, contributions in draft.contributions.items()
        if indicator in indicators
    }


def _statuses_of(draft: Draft) -> dict[ReportKey, RecordedStatus]:
    counting = {report.key for report in (*draft.expected_reports, *draft.other_reports)}
    return {
        report_key: RecordedStatus(status.state, status.late, status.submission.id if status.submission else None)
        for report_key, status in draft.statuses.items()
        if report_key in counting
    }


def _beside_of(draft: Draft) -> dict[str, dict[ReportKey, CountedAmount]]:
    return {
        indicator: {each.report.key: CountedAmount(each.submission_id, *each.amount, None) for each in amounts}
        for indicator, amounts in draft.beside.items()
    }


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
