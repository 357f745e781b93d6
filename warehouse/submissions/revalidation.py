"""Select stored reports for re-validation and queue refused ones; decisions made are not changed here."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from domain.periods import Period, parse_period
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import IssueRow, SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import age_of, find_all
from warehouse.submissions.submissions import Pending, in_states

_DECIDED_OTHERWISE = frozenset({MoveReason.TWO_DELIVERIES_NO_ORDER, MoveReason.REFUSED_BY_PERSON})
"""Reasons of refusals that no rule takes back."""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A judged report; unit (code), form and period are None where they could not be identified."""

    submission: Pending
    unit: str | None
    form: str | None
    period: Period | None


def accepted_reports(session: Session) -> tuple[StoredReport, ...]:
    """Return the accepted reports."""
    result = in_states(session, (SubmissionState.ACCEPTED,))
    return tuple(_stored(row, submission) for row, submission in result)


def refused_reports(session: Session) -> tuple[StoredReport, ...]:
    """Return the refused reports that a re-validation may accept.

    Only the newest version of a unit's report is included. Of two delivered at the same moment neither is: which one is
    meant only the commune can say, no rule.
    """
    newest: dict[tuple[object, ...], tuple[SubmissionRow, Pending]] = {}
    for row, submission in in_states(session, (SubmissionState.QUARANTINED, SubmissionState.ACCEPTED)):
        key = (row.unit_code, row.unit_valid_from, row.form, row.period) if row.version is not None else (row.id,)
        previous = newest.get(key)
        if previous is None or age_of(row) > age_of(previous[0]):
            newest[key] = (row, submission)
    return tuple(
        _stored(row, submission)
        for row, submission in newest.values()
        if row.state is SubmissionState.QUARANTINED and row.reason not in _DECIDED_OTHERWISE
    )


def refused_for(session: Session, code: str) -> tuple[Pending, ...]:
    """Return the refused reports that a re-validation may accept and whose last judgement has an issue of this code."""
    has_issue = (
        select(SubmissionRow.id)
        .join(IssueRow, IssueRow.submission_id == SubmissionRow.id)
        .where(
            SubmissionRow.state == SubmissionState.QUARANTINED,
            IssueRow.judgement == SubmissionRow.judgement,
            IssueRow.code == code,
        )
    )
    ids = set(session.scalars(has_issue))
    # Selecting the newest versions looks at every report: done only where there is any to select from.
    return tuple(each.submission for each in refused_reports(session) if each.submission.id in ids) if ids else ()


def request_revalidation(session: Session, submission_ids: Iterable[int]) -> None:
    """Queue refused reports to be judged once more by the current run; leave others alone."""
    serialise(session)
    for row in find_all(session, submission_ids).values():
        if row.state is SubmissionState.QUARANTINED:
            row.asked_again = True


def _stored(row: SubmissionRow, submission: Pending) -> StoredReport:
    return StoredReport(submission, row.unit_code, row.form, parse_period(row.period) if row.period else None)
