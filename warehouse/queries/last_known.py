"""Last known figures of a commune: the newest accepted for any of some periods."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from domain.observations import CellState, Observation, PastObservation
from domain.periods import Period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.models import SubmissionRow
from warehouse.queries.history import kept_figures
from warehouse.store.engine import Session


def last_known(
    session: Session, unit: UnitKey, form: str, periods: Sequence[Period], indicators: Collection[str]
) -> tuple[PastObservation, ...]:
    """Return the newest accepted figure of each indicator, of the commune and its villages; blank cells have none.

    Args:
        session: the warehouse's session.
        unit: the commune; one that had the same code before is another.
        form: the form's id.
        periods: the periods searched, in order of preference.
        indicators: which figures are wanted.
    """
    results: dict[tuple[str, str], PastObservation] = {}
    for period in periods:
        for accepted_report in _accepted(session, unit, form, period):
            if accepted_report.indicator in indicators and accepted_report.state is not CellState.BLANK:
                results.setdefault(
                    (accepted_report.unit, accepted_report.indicator), PastObservation(period, accepted_report)
                )
    return tuple(results.values())


def _accepted(session: Session, unit: UnitKey, form: str, period: Period) -> tuple[Observation, ...]:
    key = session.scalar(
        select(SubmissionRow.id).where(
            SubmissionRow.unit_code == unit.code,
            SubmissionRow.unit_valid_from == unit.valid_from,
            SubmissionRow.form == form,
            SubmissionRow.period == period.id,
            SubmissionRow.state == SubmissionState.ACCEPTED,
        )
    )
    return () if key is None else kept_figures(session, key)
