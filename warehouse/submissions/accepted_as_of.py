"""Which submissions count: now, or as it stood before any move of the log."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.submissions import SubmissionState
from warehouse.models import SubmissionEventRow


def is_accepted(
    submission_id: InstrumentedAttribute[int], state: InstrumentedAttribute[SubmissionState], before: int | None = None
) -> ColumnElement[bool]:
    """Whether a submission is accepted; `before`: whether it was, before the move of that number was made.

    A state that is passed through within one transaction was never to be seen; its moves have numbers side by side, so
    no move of another submission lies between them.
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
