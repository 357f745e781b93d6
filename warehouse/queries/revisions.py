"""Find revisions: the newest of an area and period, by number, or unpublished ones; record where they are published."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupRow
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    Base,
    OrgUnitRow,
    PublicationRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupOtherReportRow,
    RollupRevisionRow,
    RollupUnitRow,
)
from warehouse.queries.assembling import KnownFiles, RevisionRecords, assemble
from warehouse.queries.earlier.periods import earlier_periods
from warehouse.queries.read_models import Revision, RevisionRef
from warehouse.rollups.closings import RollupKeyColumns, has_key, key_columns
from warehouse.rollups.drafts import ContributionRecord, RevisionLines
from warehouse.rollups.revision_rows import newest_revision, read_parts, read_rows
from warehouse.rollups.scope import RollupKey
from warehouse.store.bulk import table_of
from warehouse.store.engine import Session

_NO_FILES: Final[KnownFiles] = MappingProxyType({})
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
    known: KnownFiles = _NO_FILES,
    lines: RevisionLines | None = None,
) -> Revision:
    """Return the revision of a reference with what it could know of earlier periods.

    `known` are the files whose cells the revision before names, by indicator; see `RevisionRecords`. `lines` are its
    own, where it was just made.

    Raises:
        UsageError: there is none.
    """
    which = RevisionSelector(ref.number, ref.form, ref.boundary, ref.area_valid_from)
    head = find_revision(session, ref.area, ref.period, which)
    return read_to_publish(session, catalog, head, known if known and _keeps_cells(session, head) else _NO_FILES, lines)


def read_to_publish(
    session: Session,
    catalog: Catalog,
    head: RollupRevisionRow,
    known: KnownFiles = _NO_FILES,
    lines: RevisionLines | None = None,
) -> Revision:
    """Read a revision of a head with what it could know of earlier periods; see `read_revision`."""
    result = read_revision(session, head, known=known, lines=lines)
    return replace(result, earlier=earlier_periods(session, catalog, result, head.id))


def _keeps_cells(session: Session, head: RollupRevisionRow) -> bool:
    """Return whether the cells of a file's figure are those of the revision before.

    They may not be by another catalogue, nor where the area's line moves with the day.
    """
    row = RollupRevisionRow
    key = RollupKeyColumns(head.area_code, head.area_valid_from, head.form, head.period, head.boundary)
    versions = select(row.catalog_version).where(*has_key(key), row.number == head.number - 1)
    return head.boundary is Boundary.AS_THEN and session.scalar(versions) == head.catalog_version


def read_revision(
    session: Session,
    head: RollupRevisionRow,
    *,
    of: str | None = None,
    known: KnownFiles = _NO_FILES,
    lines: RevisionLines | None = None,
) -> Revision:
    """Read a revision of a head; `of`: with the contributions to that indicator only, which may be 3 % of them.

    `known` as in `RevisionRecords`; `lines` are the revision's, where it was just made: they are not read then.
    """
    rows = read_rows(session, head)
    beside = _rows_of(session, RollupBesideRow, head)
    records = RevisionRecords(
        rows,
        *(lines or _read_lines(session, head, rows, of)),
        _rows_of(session, RollupChangeRow, head),
        read_parts(session, head),
        counted_forms=_rows_of(session, RollupCountedFormRow, head),
        other_reports=_rows_of(session, RollupOtherReportRow, head),
        beside=[each for each in beside if of in {None, each.indicator}],
        known=known,
    )
    return assemble(session, head, records)


def _read_lines(
    session: Session, head: RollupRevisionRow, rows: Sequence[RollupRow], of: str | None = None
) -> RevisionLines:
    key = {"revision": head.id}
    names = {UnitKey(code, valid_from): name or code for code, valid_from, name in session.execute(_NAMES, key)}
    contributed = _CONTRIBUTED
    if of is not None:
        contributed = contributed.where(table_of(RollupContributionRow).c.indicator == of)
    contributions: list[Any] = list(session.execute(contributed, key).all())
    positions = {row.indicator: position for position, row in enumerate(rows)}
    contributions.sort(key=lambda each: positions[each[0]])  # within a figure as they were read
    archived = archived_contributions(session, [head.id], indicators=positions.keys() if of is None else {of})
    ordered = sorted(archived, key=lambda each: (positions[each.indicator], each.period))
    contributions += (ContributionRecord(*_COLUMNS(each)) for each in ordered)
    return RevisionLines(session.execute(_UNITS, key).all(), names, contributions)


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
    row = table_of(RollupContributionRow)
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
