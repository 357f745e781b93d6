"""Close an area's figures for a period at the published revision, and reopen them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.officers.consultations import ConsultationOutcome
from domain.periods import Period
from domain.rollups import ReportingState, RollupStatus
from domain.units import UnitKey
from warehouse.models import ClosingRow, PublicationRow, RollupFigureRow, RollupRevisionRow, RollupUnitRow
from warehouse.rollups.closings import Bundle, Closing, RollupKeyColumns, closing_of, closings, key_columns
from warehouse.rollups.consultations import end_consultation, require_no_objection
from warehouse.rollups.due import has_moved
from warehouse.rollups.reviews import leave_open
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.scope import RollupKey, base_periods, overlaps_in
from warehouse.store.engine import Session, serialise
from warehouse.store.reference import unit_names
from warehouse.submissions.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class AbsentUnit:
    """A unit whose report of a base period was missing or quarantined when figures were closed."""

    code: str
    name: str
    period: str
    state: ReportingState


@dataclass(frozen=True, slots=True)
class ClosablePeriod:
    """A revision that may be closed: its number, the missing units, the partial figures."""

    number: int
    absent: tuple[AbsentUnit, ...]
    partial: tuple[str, ...]

    @property
    def is_partial(self) -> bool:
        """Whether any figure is partial."""
        return bool(self.partial)

    @property
    def missing(self) -> int:
        """Number of missing units."""
        return len({absent_unit.code for absent_unit in self.absent})


def closable(session: Session, catalog: Catalog, rollup_key: RollupKey, today: date) -> ClosablePeriod:
    """Return the revision that closing a rollup would make final.

    Raises:
        UsageError: the period is not over, there are no figures, they are closed already, the newest revision is
            outdated or not published, or a consultation stands in the way; the message says what to do first.
    """
    name = _label(rollup_key)
    if catalog.forms.last_day(rollup_key.form, rollup_key.period) >= today:
        raise UsageError(f"{name} is not over yet: it can be closed from the day after its last one on")
    closing = closing_of(session, rollup_key)
    if closing is not None:
        raise UsageError(
            f"{name} is closed already, at revision {closing.revision}: {closing.bundle}. To take corrections open "
            "it again with --reopen --reason"
        )
    head = newest_revision(session, key_columns(rollup_key))
    if head is None:
        raise UsageError(f"there are no figures of {name}: run tonghop nightly first")
    published = session.scalar(select(PublicationRow.id).where(PublicationRow.revision_id == head.id).limit(1))
    if published is None or has_moved(session, catalog, rollup_key, today):
        raise UsageError(f"something came for {name} that is not published yet: run tonghop nightly first")
    require_no_objection(session, rollup_key, today)
    return ClosablePeriod(head.number, _absent(session, head), _partial(session, head))


def close(session: Session, final: RollupRevisionRow, missing: int, bundle: Bundle, decision: Decision) -> None:
    """Record that a final revision is closed; its bundle has to exist already. A consultation about it ends."""
    serialise(session)
    key = RollupKeyColumns(final.area_code, final.area_valid_from, final.form, final.period, final.boundary)
    end_consultation(session, key, ConsultationOutcome.CLOSED, decision)
    session.add(
        ClosingRow(
            revision_id=final.id,
            closed_at=decision.at,
            closed_by=decision.reason.actor,
            missing=missing,
            bundle=bundle.path,
            bundle_sha256=bundle.sha256,
        )
    )


def reopen(session: Session, rollup_key: RollupKey, reason: str, by: str, at: datetime) -> Closing:
    """Let closed figures be rolled up again; their bundle stays as it is.

    Returns:
        The closing that was in force.

    Raises:
        UsageError: no reason is given, or the figures are not closed.
    """
    serialise(session)
    if not reason.strip():
        raise UsageError("say why with --reason: it is kept with the closing")
    closing = closing_of(session, rollup_key)
    if closing is None:
        raise UsageError(f"{_label(rollup_key)} is not closed, so it cannot be opened again")
    row = session.get_one(ClosingRow, closing.id)
    row.reopened_at, row.reopened_by, row.reopen_reason = at, by, reason.strip()
    leave_open(session, closing.period)
    return closing


def closings_over(
    session: Session, catalog: Catalog, period: Period, units: Collection[str], today: date, *, form: str | None = None
) -> tuple[Closing, ...]:
    """Return closings in force whose figures are made from reports of these units (codes) for a period."""
    results: list[Closing] = []
    for closing in closings(session):
        is_known = closing.form in catalog.forms.by_id
        bases = set(base_periods(catalog, closing.form, closing.period)) if is_known else set()
        touched = bases & set(period.parts(catalog.forms.form(closing.form).frequency)) if bases else set()
        if touched and form in {None, closing.form} and units_inside(catalog, closing, touched, today) & set(units):
            results.append(closing)
    return tuple(results)


def closed_rollup(catalog: Catalog, closing: Closing, today: date) -> RollupKey:
    """Return the key of the closed rollup.

    Raises:
        UsageError: the area has left the catalogue.
    """
    area = catalog.area(closing.area, closing.form, closing.period, closing.boundary, today)
    return RollupKey(area, closing.form, closing.period, closing.boundary)


def units_inside(catalog: Catalog, closing: Closing, bases: Collection[Period], today: date) -> set[str]:
    """Return codes of the units in a closed area in these base periods; none when it has left the catalogue."""
    try:
        rollup_key = closed_rollup(catalog, closing, today)
    except UsageError:
        return set()
    return {overlap.unit.code for base in bases for overlap in overlaps_in(catalog, rollup_key, base)}


def _label(rollup_key: RollupKey) -> str:
    return f"{rollup_key.period} of {rollup_key.area.name} ({rollup_key.area.code})"


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
