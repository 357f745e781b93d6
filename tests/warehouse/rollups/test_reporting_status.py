"""The reporting status of a unit follows from its files, without a database."""

from datetime import datetime

import pytest

from domain.rollups import ReportingState
from domain.submissions import SubmissionState
from tests.warehouse.rollups.plain_values import DEADLINE, IN_TIME, TOO_LATE, snapshot, unit
from warehouse.rollups.reporting_status import is_late, reporting_status

A, Q, W = SubmissionState.ACCEPTED, SubmissionState.QUARANTINED, SubmissionState.WITHDRAWN


@pytest.mark.parametrize(
    ("states", "state", "submission"),
    [
        ((), ReportingState.MISSING, None),
        ((W,), ReportingState.MISSING, None),
        ((SubmissionState.PARSED,), ReportingState.MISSING, None),
        ((Q,), ReportingState.QUARANTINED, 1),
        ((Q, Q), ReportingState.QUARANTINED, 2),
        ((A,), ReportingState.ACCEPTED, 1),
        ((A, Q), ReportingState.ACCEPTED, 1),
        ((SubmissionState.SUPERSEDED, A, Q), ReportingState.ACCEPTED, 2),
    ],
)
def test_accepted_file_counts_before_quarantined_ones(
    states: tuple[SubmissionState, ...], state: ReportingState, submission: int | None
) -> None:
    """The accepted file decides, else the file quarantined last; any other state leaves the report missing."""
    files = [snapshot(number, each) for number, each in enumerate(states, 1)]
    result = reporting_status(unit("A"), files, DEADLINE)
    assert result.state is state
    assert (result.submission.id if result.submission else None) == submission
    assert result.files == tuple(files)


@pytest.mark.parametrize(("moment", "late"), [(IN_TIME, False), (TOO_LATE, True)])
def test_deadline_ends_with_the_day_in_vietnam(moment: datetime, *, late: bool) -> None:
    """A deadline ends at 17:00 UTC."""
    assert is_late(moment, DEADLINE) is late


def test_first_delivery_decides_lateness() -> None:
    """A correction after the deadline does not make a unit late, whichever file was seen first."""
    files = [snapshot(1, A, TOO_LATE), snapshot(2, Q, IN_TIME)]
    assert not reporting_status(unit("A"), files, DEADLINE).late
    assert reporting_status(unit("A"), files[:1], DEADLINE).late


def test_unit_without_files_is_not_late() -> None:
    """A missing report is missing, not late."""
    assert not reporting_status(unit("A"), [], DEADLINE).late
