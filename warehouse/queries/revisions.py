"""Find revisions: the newest of an area and period, by number, or unpublished ones; record where they are published."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, exists, select, true
from sqlalchemy.orm import aliased

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import Boundary, ReportingState, RollupRow
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    CONTRIBUTED,
    Base,
    OrgUnitRow,
    PublicationRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupCountedFormRow,
    RollupOtherReportRow,
    RollupRevisionRow,
    RollupUnitRow,
)
from warehouse.queries.assembling import RevisionRecords, assemble, contributions_of
from warehouse.queries.earlier.periods import earlier_periods
from warehouse.queries.read_models import PublishedContribution, Revision, RevisionRef
from warehouse.rollups.closings import RollupKeyColumns, has_key, key_columns
from warehouse.rollups.drafts import ContributionRecord
from warehouse.rollups.revision_rows import newest_revision, read_parts, read_rows, sources_of
from warehouse.rollups.scope import RollupKey
from warehouse.rollups.subtotals import AreaTotals, subtotals_of
from warehouse.store.bulk import in_chunks, table_of
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of

_UNITS_AT_ONCE: Final = 200
"""Units whose contributions are read at once: of a country all take 200 MB."""
_UNIT: Final = table_of(RollupUnitRow).c
_COLUMNS: Final = attrgetter(*ContributionRecord._fields)


@dataclass(frozen=True, slots=True)
class RevisionSelector:
    """Selects among the revisions of an area and period; None matches any.

    `number` is the revision's, `form` may be left out where the area has figures of only one, `area_valid_from` where
    its code means one area.
    """

    number: int | None = None
    form: str | None = None
    boundary: Boundary = Boundary.AS_THEN
    area_valid_from: date | None = None


def revision(
    session: Session,
    area: str,
    period: Period,
    number: int | None = None,
    form: str | None = None,
    *,
    boundary: Boundary = Boundary.AS_THEN,
) -> Revision:
    """Return a revision of an area's figures for a period; the newest when no number is given.

    Args:
        session: the warehouse's session.
        area: the area's code.
        period: the period.
        number: which revision, from 1.
        form: which form; may be left out where the area has figures of only one.
        boundary: the boundaries of the figures.

    Raises:
        UsageError: there is no such revision, or several forms have figures and none was named.
    """
    return read_revision(session, find_revision(session, area, period, RevisionSelector(number, form, boundary)))


def revision_to_publish(
    session: Session,
    catalog: Catalog,
    ref: RevisionRef,
    most_listed: int | None = None,
    before: Collection[UnitKey] = (),
) -> Revision:
    """Return the revision of a reference with what it could know of earlier periods.

    Args:
        session: the session to read in.
        catalog: says which figures lead.
        ref: the revision.
        most_listed: an area of more units has totals in place of contributions, if all its subtotals are stored:
            `contributions_in_parts` reads them. None: all contributions are read of any area.
        before: the units of the revision before, if the caller has what they contributed.

    Raises:
        UsageError: there is none.
    """
    head = _head_of(session, ref)
    totals = None if most_listed is None else _totals(session, catalog, head, most_listed, before)
    return read_to_publish(session, catalog, head, totals)


def read_to_publish(
    session: Session, catalog: Catalog, head: RollupRevisionRow, totals: AreaTotals | None = None
) -> Revision:
    """Read a revision of a head with what it could know of earlier periods; see `read_revision`."""
    result = read_revision(session, head, totals=totals)
    return replace(result, earlier=earlier_periods(session, catalog, result, head.id))


def contributions_in_parts(
    session: Session, ref: RevisionRef, revision: Revision
) -> Iterator[tuple[PublishedContribution, ...]]:
    """Yield the contributions of a revision with totals, all of some units at a time: of the units that moved."""
    head, totals = _head_of(session, ref), revision.totals
    if totals is None:
        return
    names = {UnitKey(unit.code, unit.unit_valid_from): unit.name for unit in revision.units}
    below: dict[str, list[str]] = {}
    for unit, above in totals.above.items():
        if totals.moved is None or above in totals.moved:
            below.setdefault(above, []).append(unit.code)
    for together in _together(below):
        of_units = _UNITS.where(_UNIT.unit_code.in_([code for above in together for code in below[above]]))
        units = session.execute(of_units, {"revision": head.id}).all()
        contributions = _contributions(session, head, revision.rows, above=together)
        yield contributions_of(
            session, RevisionRecords(revision.rows, units, names, contributions, changes=(), parts=revision.parts)
        )


def _together(below: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield codes of units in lists that have so many units below them as are read at once, or few more."""
    together: list[str] = []
    count = 0
    for above in sorted(below):
        together.append(above)
        count += len(below[above])
        if count >= _UNITS_AT_ONCE:
            yield together
            together, count = [], 0
    if together:
        yield together


def _head_of(session: Session, ref: RevisionRef) -> RollupRevisionRow:
    which = RevisionSelector(ref.number, ref.form, ref.boundary, ref.area_valid_from)
    return find_revision(session, ref.area, ref.period, which)


def _totals(
    session: Session, catalog: Catalog, head: RollupRevisionRow, most_listed: int, before: Collection[UnitKey]
) -> AreaTotals | None:
    """Return the totals of a revision of more than so many units, of one base period; None: not all are stored.

    It may differ from the revision before, of these units, in more than some reports where that was made by another
    catalogue, or the area's line moves with the day.
    """
    unit = RollupUnitRow
    known = (OrgUnitRow.code == unit.unit_code) & (OrgUnitRow.valid_from == unit.unit_valid_from)
    of_units = select(unit.period, unit.state, unit.unit_code, unit.unit_valid_from, OrgUnitRow.parent_code)
    rows = session.execute(of_units.outerjoin(OrgUnitRow, known).where(unit.revision_id == head.id)).tuples().all()
    above = {UnitKey(code, day): parent or "" for *_, code, day, parent in rows}
    accepted = frozenset(UnitKey(code, day) for _, state, code, day, _ in rows if state is ReportingState.ACCEPTED)
    if len(above) <= most_listed or {period for period, *_ in rows} != {head.period}:
        return None
    figures, now = subtotals_of(session, head.id), sources_of(session, head.id)
    if figures.keys() != now.keys() or head.catalog_version != catalog.version:
        return None
    row = RollupRevisionRow
    key = RollupKeyColumns(head.area_code, head.area_valid_from, head.form, head.period, head.boundary)
    versions = select(row.id, row.catalog_version).where(*has_key(key), row.number == head.number - 1)
    previous = session.execute(versions).one_or_none()
    moved = None
    is_alike = previous is not None and previous.catalog_version == head.catalog_version
    if previous is not None and is_alike and head.boundary is Boundary.AS_THEN and above.keys() == set(before):
        was = sources_of(session, previous.id)
        moved = frozenset(code for code in {*now, *was} if now.get(code) != was.get(code))
    return AreaTotals(figures, above, accepted, moved)


def read_revision(
    session: Session, head: RollupRevisionRow, *, of: str | None = None, totals: AreaTotals | None = None
) -> Revision:
    """Read a revision of a head; `of`: with the contributions to that indicator only, which may be 3 % of them.

    With `totals`, which it has in place of contributions.
    """
    rows = read_rows(session, head)
    beside = _rows_of(session, RollupBesideRow, head)
    units = session.execute(_UNITS, {"revision": head.id}).all()
    above = None if totals is None else _above_warned(session, head, units, totals)
    records = RevisionRecords(
        rows,
        units,
        {UnitKey(code, day): name or code for code, day, name in session.execute(_NAMES, {"revision": head.id})},
        _contributions(session, head, rows, of, above),
        _rows_of(session, RollupChangeRow, head),
        read_parts(session, head),
        counted_forms=_rows_of(session, RollupCountedFormRow, head),
        other_reports=_rows_of(session, RollupOtherReportRow, head),
        beside=[each for each in beside if of in {None, each.indicator}],
        totals=totals,
    )
    return assemble(session, head, records)


def _above_warned(session: Session, head: RollupRevisionRow, units: Sequence[Row[Any]], totals: AreaTotals) -> set[str]:
    """Return the codes of the units above those whose accepted report had warnings when the revision was made."""
    accepted = {each.submission_id: each for each in units if each.state is ReportingState.ACCEPTED}
    judgements = {number: each.judgement for number, each in accepted.items() if each.judgement is not None}
    warned = (accepted[number] for number in open_warnings_of(session, judgements, head.published_at))
    return {totals.above[UnitKey(each.unit_code, each.unit_valid_from)] for each in warned}


def _contributions(
    session: Session,
    head: RollupRevisionRow,
    rows: Sequence[RollupRow],
    of: str | None = None,
    above: Collection[str] | None = None,
) -> list[ContributionRecord]:
    """Return the contributions to a revision, or to that indicator, of the units below some units, or of all."""
    contributed = _CONTRIBUTED if of is None else _CONTRIBUTED.where(CONTRIBUTED.c.indicator == of)
    of_units = [true()] if above is None else [CONTRIBUTED.c.above_code.in_(chunk) for chunk in in_chunks(above)]
    contributions: list[Any] = []
    for condition in of_units:
        contributions += session.execute(contributed.where(condition), {"revision": head.id}).all()
    positions = {row.indicator: position for position, row in enumerate(rows)}
    contributions.sort(key=lambda each: positions[each[0]])  # within a figure as they were read
    archived = archived_contributions(session, [head.id], indicators=positions.keys() if of is None else {of})
    wanted = (each for each in archived if above is None or each.above_code in above)
    ordered = sorted(wanted, key=lambda each: (positions[each.indicator], each.period, each.unit_code))
    return contributions + [ContributionRecord(*_COLUMNS(each)) for each in ordered]


def _rows_of(session: Session, row: type[Base], head: RollupRevisionRow) -> Sequence[Row[Any]]:
    """Return the columns of a revision's rows, by their primary key."""
    return session.execute(_by_key(row), {"revision": head.id}).all()


# Statements are put together once: for a revision of a district that takes as long as reading its rows.
@cache
def _by_key(row: type[Base]) -> Select[Any]:
    table = table_of(row)
    return select(table).where(table.c.revision_id == bindparam("revision")).order_by(*table.primary_key)


def _units_statement() -> Select[Any]:
    # Columns of tables, not of objects: a country has ten thousand units.
    row = table_of(RollupUnitRow)
    return select(row).where(row.c.revision_id == bindparam("revision")).order_by(row.c.period, row.c.unit_code)


def _names_statement() -> Select[Any]:
    row, unit = table_of(RollupUnitRow).c, table_of(OrgUnitRow)
    return (
        select(row.unit_code, row.unit_valid_from, unit.c.name)
        .outerjoin(unit, (unit.c.code == row.unit_code) & (unit.c.valid_from == row.unit_valid_from))
        .where(row.revision_id == bindparam("revision"))
    )


def _contributed_statement() -> Select[Any]:
    row = CONTRIBUTED
    return (
        select(*(row.c[name] for name in ContributionRecord._fields))
        .where(row.c.revision_id == bindparam("revision"))
        .order_by(row.c.indicator, row.c.period, row.c.unit_code)
    )


_UNITS: Final = _units_statement()
_NAMES: Final = _names_statement()
_CONTRIBUTED: Final = _contributed_statement()


@cache
def _heads(wanted: tuple[str, ...]) -> Select[tuple[RollupRevisionRow]]:
    """Return the statement for the heads that have what is wanted of these columns, newest first."""
    row = RollupRevisionRow
    return select(row).where(*(getattr(row, name) == bindparam(name) for name in wanted)).order_by(row.number.desc())


def find_revision(session: Session, area: str, period: Period, which: RevisionSelector) -> RollupRevisionRow:
    """Return the head of a revision.

    Raises:
        UsageError: there is no such revision, or several forms have figures and none was named.
    """
    columns = {
        "area_code": area,
        "period": period.id,
        "boundary": which.boundary,
        "form": which.form,
        "number": which.number,
        "area_valid_from": which.area_valid_from,
    }
    wanted = {name: value for name, value in columns.items() if value is not None}
    heads = session.scalars(_heads(tuple(wanted)), wanted).all()
    forms = sorted({head.form for head in heads})
    if len(forms) > 1:
        raise UsageError(f"area {area} has figures of several forms for {period}; name one of: {', '.join(forms)}")
    if not heads:
        wanted_number = "no figures yet" if which.number is None else f"no revision {which.number}"
        raise UsageError(f"area {area} has {wanted_number} for {period}")
    return heads[0]


def unpublished(session: Session, run_id: str | None = None) -> tuple[RevisionRef, ...]:
    """Return newest revisions not published because a run stopped in between; oldest first. With a run: those of it."""
    head, later = RollupRevisionRow, aliased(RollupRevisionRow)
    is_published = exists().where(PublicationRow.revision_id == head.id)
    has_later = exists().where(
        later.area_code == head.area_code,
        later.area_valid_from == head.area_valid_from,
        later.form == head.form,
        later.period == head.period,
        later.boundary == head.boundary,
        later.number > head.number,
    )
    of_run = () if run_id is None else (head.run_id == run_id,)
    return tuple(map(ref_of, session.scalars(select(head).where(*of_run, ~is_published, ~has_later).order_by(head.id))))


def publication_paths(session: Session) -> frozenset[str]:
    """Return the paths that revisions were published to: `<period>/<area>`."""
    return frozenset(session.scalars(select(PublicationRow.path).distinct()))


def published_at(session: Session, paths: Collection[str]) -> tuple[RevisionRef, ...]:
    """Return all revisions that were published to these paths; oldest first."""
    heads = select(RollupRevisionRow, PublicationRow.path).join(PublicationRow).order_by(RollupRevisionRow.id)
    return tuple(ref_of(head) for head, path in session.execute(heads) if path in paths)


def newest_ref(session: Session, rollup_key: RollupKey) -> RevisionRef | None:
    """Return the reference of a rollup's newest revision, or None."""
    head = newest_revision(session, key_columns(rollup_key))
    return ref_of(head) if head else None


def ref_of(head: RollupRevisionRow) -> RevisionRef:
    """Return the reference of a revision."""
    return RevisionRef(
        area=head.area_code,
        form=head.form,
        period=parse_period(head.period),
        number=head.number,
        boundary=head.boundary,
        area_valid_from=head.area_valid_from,
    )


def record_publication(session: Session, ref: RevisionRef, *, path: str, at: datetime) -> None:
    """Record the path that a revision was published to; a path recorded before is not recorded again.

    Raises:
        UsageError: there is no such revision.
    """
    which = RevisionSelector(ref.number, ref.form, ref.boundary, ref.area_valid_from)
    revision_id = find_revision(session, ref.area, ref.period, which).id
    known = select(PublicationRow).where(PublicationRow.revision_id == revision_id, PublicationRow.path == path)
    if session.scalar(known) is None:
        session.add(PublicationRow(revision_id=revision_id, path=path, at=at))
