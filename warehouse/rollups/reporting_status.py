"""Reporting status of the units that have to report a form: accepted, quarantined or missing, on time or late."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from domain.periods import Period
from domain.rollups import ReportingState
from domain.submissions import SubmissionState
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import day_in_vietnam
from warehouse.store.engine import Session
from warehouse.submissions.snapshots import SubmissionSnapshot, submission_snapshots


class ReportingStatus(NamedTuple):
    """Reporting status of one unit; `submission` is the accepted one, else the one quarantined last."""

    unit: OrgUnit
    state: ReportingState
    late: bool
    submission: SubmissionSnapshot | None
    files: tuple[SubmissionSnapshot, ...]

    @property
    def first_received_at(self) -> datetime | None:
        """Return when the first of its placeable files was delivered, accepted or not; None: there is none."""
        return min((file.received_at for file in self.files), default=None)


def is_late(delivered_at: datetime, deadline: date) -> bool:
    """Return whether a moment lies after the end of a day in Vietnam."""
    return day_in_vietnam(delivered_at) > deadline


def reporting_statuses(
    session: Session,
    form: str,
    period: Period,
    units: Collection[OrgUnit],
    deadline: date,
    *,
    as_of: datetime | None = None,
) -> dict[UnitKey, ReportingStatus]:
    """Read each unit's reporting status for a base period, in the units' order: now, or as known at a moment."""
    files: dict[UnitKey, list[SubmissionSnapshot]] = defaultdict(list)
    for snapshot in submission_snapshots(session, form, period, as_of, unit_codes={unit.code for unit in units}):
        files[snapshot.unit].append(snapshot)
    return {unit.key: reporting_status(unit, files[unit.key], deadline) for unit in units}


def reporting_status(unit: OrgUnit, files: Sequence[SubmissionSnapshot], deadline: date) -> ReportingStatus:
    """Derive a unit's status from its placed files, ordered as they were first seen.

    A unit is late when the first file that could be placed, accepted or not, was delivered after the deadline: a later
    correction does not make it late, and an unreadable file sent in time does not make it punctual.
    """
    late = bool(files) and is_late(min(file.received_at for file in files), deadline)
    accepted = [file for file in files if file.state is SubmissionState.ACCEPTED]
    refused = [file for file in files if file.state is SubmissionState.QUARANTINED]
    if accepted:
        return ReportingStatus(unit, ReportingState.ACCEPTED, late, accepted[-1], tuple(files))
    if refused:
        return ReportingStatus(unit, ReportingState.QUARANTINED, late, refused[-1], tuple(files))
    return ReportingStatus(unit, ReportingState.MISSING, late, None, tuple(files))
