"""How the units that owe a form stand: counted, refused or missing, and whether their first file came in time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from domain.periods import Period
from domain.rollups import ReportingState
from domain.submissions import SubmissionState
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import day_in_vietnam
from warehouse.store.engine import Session
from warehouse.submissions.snapshots import SubmissionSnapshot, submission_snapshots


@dataclass(frozen=True, slots=True)
class ReportingStatus:
    """How one unit stands; `submission` is the accepted one, else the one refused last."""

    unit: OrgUnit
    state: ReportingState
    late: bool
    submission: SubmissionSnapshot | None
    files: tuple[SubmissionSnapshot, ...]


def is_late(delivered_at: datetime, deadline: date) -> bool:
    """Whether a moment lies after the end of a day in Vietnam."""
    return day_in_vietnam(delivered_at) > deadline


def reporting_statuses(
    session: Session,
    form: str,
    period: Period,
    units: Iterable[OrgUnit],
    deadline: date,
    *,
    as_of: datetime | None = None,
) -> dict[UnitKey, ReportingStatus]:
    """How each unit stands with a base period, in the order given: now, or as it was known at a moment.

    A unit is late when the first file that could be placed, accepted or not, was delivered after the deadline: a
    correction sent later makes nobody late, and an unreadable file sent in time makes nobody punctual.
    """
    files: dict[UnitKey, list[SubmissionSnapshot]] = defaultdict(list)
    for submission_snapshot in submission_snapshots(session, form, period, as_of):
        files[submission_snapshot.unit].append(submission_snapshot)
    return {unit.key: _standing(unit, files[unit.key], deadline) for unit in units}


def _standing(unit: OrgUnit, files: list[SubmissionSnapshot], deadline: date) -> ReportingStatus:
    late = bool(files) and is_late(min(file.received_at for file in files), deadline)
    accepted = [file for file in files if file.state is SubmissionState.ACCEPTED]
    refused = [file for file in files if file.state is SubmissionState.QUARANTINED]
    if accepted:
        return ReportingStatus(unit, ReportingState.ACCEPTED, late, accepted[-1], tuple(files))
    if refused:
        return ReportingStatus(unit, ReportingState.QUARANTINED, late, refused[-1], tuple(files))
    return ReportingStatus(unit, ReportingState.MISSING, late, None, tuple(files))
