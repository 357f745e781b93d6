"""Condition for accepted submissions: now, or before a given event of the log."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.submissions import SubmissionState
from warehouse.models import SubmissionEventRow


def is_accepted(
    submission_id: InstrumentedAttribute[int], state: InstrumentedAttribute[SubmissionState], before: int | None = None
) -> ColumnElement[bool]:
    """Return SQL that is true of a submission accepted now or, with `before`, before the event of that number.

    A state passed through within one transaction was never visible: its events have consecutive numbers, so no event of
    another submission lies between them.
    """
    if before is None:
        return state == SubmissionState.ACCEPTED
    event = aliased(SubmissionEventRow)
    last = (
        select(event.to_state)
        .where(event.submission_id == submission_id, event.id < before)
        .order_by(event.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return last == SubmissionState.ACCEPTED
