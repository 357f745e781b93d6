"""Excerpts: all rows that a revision is made from, as plain data for an archive, and back into an empty warehouse."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Date, Enum, Select, Table, select, true

from domain.catalog.catalog import Catalog
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    CONTRIBUTED,
    Base,
    DeliveryRow,
    FileRow,
    IndicatorRow,
    IssueRow,
    PlacementRow,
    RepairRow,
    RollupBesideRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupPartRow,
    RollupRevisionRow,
    RollupSourceRow,
    RollupUnitRow,
    SubmissionEventRow,
    SubmissionRow,
    WaivedIssueRow,
    WaiverRow,
)
from warehouse.models.exact import ExactNumber, UtcMoment
from warehouse.rollups.scope import RollupKey, base_periods, overlaps_in
from warehouse.store.bulk import add_rows, in_chunks, table_of, upsert_rows
from warehouse.store.engine import Session

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table; numbers and times are texts. Each revision has its contributions itself, whichever stored them."""

_CONTRIBUTION: Final = tuple(
    column.name for column in table_of(RollupContributionRow).columns if column.name != "above_code"
)


def inputs_of(session: Session, ids: Collection[int]) -> Rows:
    """Return submissions with their files, deliveries, events and placements."""
    submissions = rows_of(session, SubmissionRow.id, ids)
    made_of = {row["delivery_id"] for row in submissions[SubmissionRow.__tablename__]}
    first, later = (rows_of(session, key, made_of) for key in (DeliveryRow.id, DeliveryRow.repeats_id))
    deliveries = [row for rows in (first, later) for row in rows[DeliveryRow.__tablename__]]
    return {
        **submissions,
        **rows_of(session, FileRow.sha256, {row["sha256"] for row in deliveries}),
        DeliveryRow.__tablename__: sorted(deliveries, key=itemgetter("id")),
        **rows_of(session, SubmissionEventRow.submission_id, ids),
        **rows_of(session, PlacementRow.submission_id, ids),
    }


def findings_of(session: Session, ids: Collection[int]) -> Rows:
    """Return issues and repairs of every judgement of these submissions."""
    return {**rows_of(session, IssueRow.submission_id, ids), **rows_of(session, RepairRow.submission_id, ids)}


def waivers_of(session: Session, ids: Collection[int]) -> Rows:
    """Return all answers to warnings about these submissions, withdrawn ones included."""
    result = rows_of(session, WaiverRow.submission_id, ids)
    results = {row["id"] for row in result[WaiverRow.__tablename__]}
    return {**result, **rows_of(session, WaivedIssueRow.waiver_id, results)}


def revision_rows_of(session: Session, revision: RollupRevisionRow | None) -> Rows:
    """Return a revision with figures, contributions, reporting statuses and its indicators; None: empty tables."""
    key = [revision.id] if revision is not None else []
    results = {
        **rows_of(session, RollupRevisionRow.id, key),
        **rows_of(session, RollupFigureRow.revision_id, key),
        **contribution_rows_of(session, key),
        **rows_of(session, RollupPartRow.revision_id, key),
        **rows_of(session, RollupUnitRow.revision_id, key),
        **rows_of(session, RollupCountedFormRow.revision_id, key),
        **rows_of(session, RollupOtherReportRow.revision_id, key),
        **rows_of(session, RollupBesideRow.revision_id, key),
    }
    named = {row["indicator"] for row in results[RollupFigureRow.__tablename__]}
    named |= {row["part"] for row in results[RollupPartRow.__tablename__]}
    return {**rows_of(session, IndicatorRow.id, named), **results}


def submissions_under(session: Session, catalog: Catalog, rollup_key: RollupKey, before: Rows) -> tuple[int, ...]:
    """Return all files ever placed with a unit of the area in a base period, and those of the revision before.

    Files of other forms that ask for the same indicators are among them: some count, and others are shown beside.
    """
    row, result = PlacementRow, set[int]()
    forms = {rollup_key.form, *catalog.precedence.rivals.get(rollup_key.form, ())}
    for base in base_periods(catalog, rollup_key.form, rollup_key.period):
        inside = {overlap.unit.key for overlap in overlaps_in(catalog, rollup_key, base)}
        placed = select(row.submission_id, row.unit_code, row.unit_valid_from)
        placed = placed.where(row.form.in_(forms), row.period == base.id, row.version.is_not(None))
        result |= {key for key, code, day in session.execute(placed) if UnitKey(code, day) in inside}
    naming = (RollupContributionRow, RollupUnitRow, RollupOtherReportRow, RollupBesideRow)
    for table in (each.__tablename__ for each in naming):
        result |= {each["submission_id"] for each in before[table] if each["submission_id"] is not None}
    return tuple(sorted(result))


def as_of_today(rows: Rows) -> Rows:
    """Return an excerpt in today's tables: before, a file had one submission, and its deliveries referred to that."""
    if FileRow.__tablename__ in rows or SubmissionRow.__tablename__ not in rows:
        return rows
    submissions = {row["id"]: row for row in rows[SubmissionRow.__tablename__]}
    deliveries = rows[DeliveryRow.__tablename__]
    first: dict[int, int] = {}
    for row in deliveries:
        first[row["submission_id"]] = min(row["id"], first.get(row["submission_id"], row["id"]))
    return {
        **rows,
        FileRow.__tablename__: [
            {name: row[name] for name in ("sha256", "size", "landed_at")} for row in submissions.values()
        ],
        DeliveryRow.__tablename__: [
            row
            | {
                "sha256": submissions[row["submission_id"]]["sha256"],
                "repeats_id": None if row["id"] == first[row["submission_id"]] else first[row["submission_id"]],
            }
            for row in deliveries
        ],
        SubmissionRow.__tablename__: [row | {"delivery_id": first[key]} for key, row in submissions.items()],
    }


def merged(excerpts: Iterable[Rows]) -> Rows:
    """Return several excerpts as one; rows that are in more than one of them are taken once."""
    results: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for excerpt in excerpts:
        for name, rows in excerpt.items():
            key = [column.name for column in Base.metadata.tables[name].primary_key]
            results.setdefault(name, {}).update((tuple(row[column] for column in key), row) for row in rows)
    return {name: list(rows.values()) for name, rows in results.items()}


def put_back(session: Session, rows: Rows) -> None:
    """Write an excerpt into a warehouse that holds its catalogue's units and indicators and nothing else.

    Raises:
        KeyError, ValueError, TypeError: the rows are not those of an excerpt.
    """
    for table in Base.metadata.sorted_tables:
        results = [_read(table, row) for row in rows.get(table.name, ())]
        if table is table_of(IndicatorRow):
            upsert_rows(session, table, results)
        else:
            if table is table_of(SubmissionRow):
                # It may refer to a file outside the excerpt, and no figure depends on it.
                results = [{**row, "superseded_by": None} for row in results]
            add_rows(session, table, results)
    stored = {(row["revision_id"], "") for row in rows.get(RollupContributionRow.__tablename__, ())}
    sources = [dict(zip(_SOURCE, (*each, each[0]), strict=True)) for each in sorted(stored)]
    add_rows(session, table_of(RollupSourceRow), sources)


_SOURCE: Final = ("revision_id", "above_code", "stored_by")


def rows_of(
    session: Session,
    key: Any,  # noqa: ANN401 # any model's column
    wanted: Collection[Any],
    *conditions: ColumnElement[bool],
) -> Rows:
    """Return the rows whose column has one of these values and that meet all conditions, by their primary key."""
    table: Table = key.property.columns[0].table
    order = tuple(table.primary_key)
    results: list[dict[str, Any]] = []
    for chunk in in_chunks(wanted):
        statement: Select[Any] = select(table).where(key.in_(chunk), *conditions).order_by(*order)
        results += [
            {name: _plain(value) for name, value in row.items()} for row in session.execute(statement).mappings()
        ]
    return {table.name: results}


def contribution_rows_of(
    session: Session,
    revisions: Collection[int],
    *,
    indicators: Collection[str] | None = None,
    units: Collection[str] | None = None,
) -> Rows:
    """Return contributions to revisions, archived ones too; of units with these codes and to these figures only."""
    row = CONTRIBUTED.c
    statement = select(*(row[name] for name in _CONTRIBUTION)).where(row.revision_id.in_(sorted(revisions)))
    if indicators is not None:
        statement = statement.where(row.indicator.in_(sorted(indicators)))
    of_units = [true()] if units is None else [row.unit_code.in_(chunk) for chunk in in_chunks(units)]
    statement = statement.order_by(row.revision_id, row.indicator, row.period, row.unit_code)
    rows: list[Any] = [each for condition in of_units for each in session.execute(statement.where(condition))]
    archived = archived_contributions(session, revisions, indicators=indicators, units=units)
    rows += sorted(map(attrgetter(*_CONTRIBUTION), archived))
    plain = [dict(zip(_CONTRIBUTION, map(_plain, each), strict=True)) for each in rows]
    return {RollupContributionRow.__tablename__: plain}


def _plain(value: object) -> object:
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _read(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a row for writing; columns younger than the excerpt get their default."""
    return {column.name: _typed(column, row.get(column.name, _missing_value(column, row))) for column in table.columns}


def _missing_value(column: Column[Any], row: Mapping[str, Any]) -> object:
    if column.name in row or column.nullable:
        return None
    if column.default is None or not column.default.is_scalar:
        raise KeyError(column.name)
    return getattr(column.default, "arg", None)


def _typed(column: Column[Any], value: object) -> object:
    if value is None:
        return None
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            return read(str(value))
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return value


_READERS: Sequence[tuple[type, Callable[[str], object]]] = (
    (ExactNumber, Decimal),
    (UtcMoment, datetime.fromisoformat),
    (Date, date.fromisoformat),
)
