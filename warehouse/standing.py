"""How the units that owe a form stand: counted, refused or missing, and whether their first file came in time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import select

from domain.periods import Period
from domain.submissions import SubmissionState
from domain.units import OrgUnit, UnitKey
from warehouse.engine import Session
from warehouse.models import SubmissionRow
from warehouse.unit_state import UnitState

# A deadline is a day as officials live it. All of Vietnam keeps one time and no summer time.
VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Standing:
    """How one unit stands; `submission` is the accepted one, else the one refused last."""

    unit: OrgUnit
    state: UnitState
    late: bool
    submission: SubmissionRow | None
    files: tuple[SubmissionRow, ...]


def is_late(delivered_at: datetime, deadline: date) -> bool:
    """Whether a moment lies after the end of a day in Vietnam."""
    return delivered_at.astimezone(VIETNAM).date() > deadline


def standings(
    session: Session, form: str, period: Period, units: Iterable[OrgUnit], deadline: date
) -> dict[UnitKey, Standing]:
    """How each unit stands, in the order given.

    A unit is late when the first file that could be placed, accepted or not, was delivered after the deadline: a
    correction sent later makes nobody late, and an unreadable file sent in time makes nobody punctual.
    """
    files: dict[UnitKey, list[SubmissionRow]] = defaultdict(list)
    placed = select(SubmissionRow).where(
        SubmissionRow.form == form, SubmissionRow.period == period.id, SubmissionRow.version.is_not(None)
    )
    for row in session.scalars(placed.order_by(SubmissionRow.landed_at, SubmissionRow.received_at, SubmissionRow.id)):
        if row.unit_code is not None and row.unit_valid_from is not None:
            files[UnitKey(row.unit_code, row.unit_valid_from)].append(row)
    return {unit.key: _standing(unit, files[unit.key], deadline) for unit in units}


def _standing(unit: OrgUnit, files: list[SubmissionRow], deadline: date) -> Standing:
    late = bool(files) and is_late(min(row.received_at for row in files), deadline)
    accepted = [row for row in files if row.state is SubmissionState.ACCEPTED]
    refused = [row for row in files if row.state is SubmissionState.QUARANTINED]
    if accepted:
        return Standing(unit, UnitState.ACCEPTED, late, accepted[-1], tuple(files))
    if refused:
        return Standing(unit, UnitState.QUARANTINED, late, refused[-1], tuple(files))
    return Standing(unit, UnitState.MISSING, late, None, tuple(files))
