"""Which stored reports can be judged once more, and asking for it; what was decided is not touched here."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.periods import Period, parse_period
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import age_of, find_all
from warehouse.submissions.submissions import Pending, in_states


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report that was judged, and whose it is: unit (code), form and period are None where reading could not tell."""

    submission: Pending
    unit: str | None
    form: str | None
    period: Period | None


def accepted_reports(session: Session) -> tuple[StoredReport, ...]:
    """The reports that count now."""
    result = in_states(session, (SubmissionState.ACCEPTED,))
    return tuple(_stored(row, submission) for row, submission in result)


def refused_reports(session: Session) -> tuple[StoredReport, ...]:
    """The refused reports that judging again can help.

    Of a unit's report those that are the last word of the commune: an older version is not judged again beside a newer
    one. Of two that came at the same moment nobody knows which is meant, and no rule can say it: the commune has to.
    """
    newest: dict[tuple[object, ...], tuple[SubmissionRow, Pending]] = {}
    for row, submission in in_states(session, (SubmissionState.QUARANTINED, SubmissionState.ACCEPTED)):
        place = (row.unit_code, row.unit_valid_from, row.form, row.period) if row.version is not None else (row.id,)
        known = newest.get(place)
        if known is None or age_of(row) > age_of(known[0]):
            newest[place] = (row, submission)
    return tuple(
        _stored(row, submission)
        for row, submission in newest.values()
        if row.state is SubmissionState.QUARANTINED and row.reason != MoveReason.TWO_DELIVERIES_NO_ORDER
    )


def request_revalidation(session: Session, submission_ids: Iterable[int]) -> None:
    """Let refused reports be judged once more by the run that asks; others are left alone."""
    serialise(session)
    for row in find_all(session, submission_ids).values():
        if row.state is SubmissionState.QUARANTINED:
            row.asked_again = True


def _stored(row: SubmissionRow, submission: Pending) -> StoredReport:
    return StoredReport(submission, row.unit_code, row.form, parse_period(row.period) if row.period else None)
