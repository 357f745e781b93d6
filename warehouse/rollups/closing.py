"""Close an area's figures for a period at the revision that is published, and open them again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period
from domain.rollups import ReportingState, RollupStatus
from domain.units import UnitKey
from warehouse.models import ClosingRow, PublicationRow, RollupFigureRow, RollupRevisionRow, RollupUnitRow
from warehouse.rollups.closings import Bundle, Closing, closing_of, closings
from warehouse.rollups.due import has_moved
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.scope import RollupKey, base_periods, overlaps_in
from warehouse.store.engine import Session, serialise
from warehouse.store.reference import unit_names


@dataclass(frozen=True, slots=True)
class AbsentUnit:
    """A unit whose report of a base period was missing or refused when figures were closed."""

    code: str
    name: str
    period: str
    state: ReportingState


@dataclass(frozen=True, slots=True)
class ClosablePeriod:
    """A revision that may be closed: its number, who was missing, which figures are partial.

    `closed_before` counts how often this very revision was closed and opened again.
    """

    revision_id: int
    number: int
    absent: tuple[AbsentUnit, ...]
    partial: tuple[str, ...]
    closed_before: int

    @property
    def is_partial(self) -> bool:
        """Whether anything is missing of any figure."""
        return bool(self.partial)

    @property
    def missing(self) -> int:
        """How many units were missing."""
        return len({absent_unit.code for absent_unit in self.absent})


def closable(session: Session, catalog: Catalog, cell: RollupKey, today: date) -> ClosablePeriod:
    """The revision that closing a cell would keep.

    Raises:
        UsageError: the period is not over, there are no figures, they are closed already, something came that the
            newest revision has not seen, or it was not given out; the message says what to do first.
    """
    name = _named(cell)
    if catalog.last_day(cell.form, cell.period) >= today:
        raise UsageError(f"{name} is not over yet: it can be closed from the day after its last one on")
    standing = closing_of(session, cell)
    if standing is not None:
        raise UsageError(
            f"{name} is closed already, at revision {standing.revision}: {standing.bundle}. To take corrections open "
            "it again with --reopen --reason"
        )
    head = newest_revision(session, cell.area, cell.form, cell.period, cell.boundary)
    if head is None:
        raise UsageError(f"there are no figures of {name}: run tonghop nightly first")
    given_out = session.scalar(select(PublicationRow.id).where(PublicationRow.revision_id == head.id).limit(1))
    if given_out is None or has_moved(session, catalog, cell, today):
        raise UsageError(f"something came for {name} that is not published yet: run tonghop nightly first")
    return ClosablePeriod(
        head.id, head.number, _absent(session, head), _partial(session, head), _times_closed(session, head)
    )


def close(session: Session, result: ClosablePeriod, bundle: Bundle, by: str, at: datetime) -> None:
    """Let a revision stand as it is from now on; the bundle has to be there already."""
    serialise(session)
    session.add(
        ClosingRow(
            revision_id=result.revision_id,
            closed_at=at,
            closed_by=by,
            missing=result.missing,
            bundle=bundle.path,
            bundle_sha256=bundle.sha256,
        )
    )


def reopen(session: Session, cell: RollupKey, reason: str, by: str, at: datetime) -> Closing:
    """Let a closed cell be rolled up again; what its bundle says stays.

    Returns:
        The closing that stood.

    Raises:
        UsageError: no reason is given, or the cell is not closed.
    """
    serialise(session)
    if not reason.strip():
        raise UsageError("say why with --reason: it is kept with the closing")
    standing = closing_of(session, cell)
    if standing is None:
        raise UsageError(f"{_named(cell)} is not closed, so it cannot be opened again")
    row = session.get_one(ClosingRow, standing.id)
    row.reopened_at, row.reopened_by, row.reopen_reason = at, by, reason.strip()
    return standing


def closings_over(
    session: Session, catalog: Catalog, period: Period, units: Collection[str], today: date, *, form: str | None = None
) -> tuple[Closing, ...]:
    """Closings that stand and whose figures rest on these units' (codes) reports of a period."""
    results: list[Closing] = []
    for closing in closings(session):
        bases = set(base_periods(catalog, closing.form, closing.period)) if closing.form in catalog.forms else set()
        touched = bases & set(period.parts(catalog.form(closing.form).frequency)) if bases else set()
        if touched and form in {None, closing.form} and units_inside(catalog, closing, touched, today) & set(units):
            results.append(closing)
    return tuple(results)


def cell_closed(catalog: Catalog, closing: Closing, today: date) -> RollupKey:
    """Whose figures are closed.

    Raises:
        UsageError: the area has left the catalogue.
    """
    area = catalog.area(closing.area, closing.form, closing.period, closing.boundary, today)
    return RollupKey(area, closing.form, closing.period, closing.boundary)


def units_inside(catalog: Catalog, closing: Closing, bases: Collection[Period], today: date) -> set[str]:
    """Codes of the units that lie in a closed area in these base periods; none when it has left the catalogue."""
    try:
        cell = cell_closed(catalog, closing, today)
    except UsageError:
        return set()
    return {overlap.unit.code for base in bases for overlap in overlaps_in(catalog, cell, base)}


def _named(cell: RollupKey) -> str:
    return f"{cell.period} of {cell.area.name} ({cell.area.code})"


def _times_closed(session: Session, head: RollupRevisionRow) -> int:
    return session.scalar(select(func.count()).where(ClosingRow.revision_id == head.id)) or 0


def _absent(session: Session, head: RollupRevisionRow) -> tuple[AbsentUnit, ...]:
    row = RollupUnitRow
    rows = session.scalars(
        select(row)
        .where(row.revision_id == head.id, row.state != ReportingState.ACCEPTED)
        .order_by(row.period, row.unit_code)
    ).all()
    names = unit_names(session, [UnitKey(unit_row.unit_code, unit_row.unit_valid_from) for unit_row in rows])
    return tuple(
        AbsentUnit(
            unit_row.unit_code,
            names[UnitKey(unit_row.unit_code, unit_row.unit_valid_from)],
            unit_row.period,
            unit_row.state,
        )
        for unit_row in rows
    )


def _partial(session: Session, head: RollupRevisionRow) -> tuple[str, ...]:
    row = RollupFigureRow
    return tuple(
        session.scalars(
            select(row.indicator)
            .where(row.revision_id == head.id, row.status == RollupStatus.PARTIAL)
            .order_by(row.position)
        )
    )
