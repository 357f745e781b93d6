"""The sums of a rollup, made by the database: Σ numerators and Σ denominators over the units that gave both."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain.aggregation import Sums
from domain.observations import CellState
from domain.periods import Period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.engine import Session
from warehouse.models import ObservationRow, RollupScopeRow, SubmissionRow

_Row = TypeVar("_Row", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Given:
    """What one unit's accepted submission gives to one indicator: its own figure, or the sum of its villages'."""

    unit: UnitKey
    submission_id: int
    numerator: Decimal
    denominator: Decimal | None


def contributions(session: Session, form: str, period: Period) -> dict[str, dict[UnitKey, Given]]:
    """By indicator and unit, what enters the sums; the scope has to be laid out."""
    found: dict[str, dict[UnitKey, Given]] = {}
    for indicator, code, valid_from, submission_id, numerator, denominator in session.execute(_given(form, period)):
        unit = UnitKey(code, valid_from)
        if numerator is not None:  # always so: only complete figures are summed
            found.setdefault(indicator, {})[unit] = Given(unit, submission_id, numerator, denominator)
    return found


def totals(session: Session, form: str, period: Period) -> dict[str, Sums]:
    """By indicator, the sums over all units of the scope; an indicator that nobody gave is absent."""
    given = _given(form, period).subquery()
    found = session.execute(
        select(
            given.c.indicator,
            func.sum(given.c.numerator),
            func.sum(given.c.denominator),
            func.count(),
        ).group_by(given.c.indicator)
    )
    return {indicator: Sums(numerator, denominator, units) for indicator, numerator, denominator, units in found}


def not_applicable(session: Session, form: str, period: Period) -> set[tuple[str, UnitKey]]:
    """Indicator and unit where the accepted submission says, in every cell of it, that it does not apply."""
    keys = (RollupScopeRow.indicator, RollupScopeRow.unit_code, RollupScopeRow.unit_valid_from)
    other = case((ObservationRow.state == CellState.NOT_APPLICABLE, 0), else_=1)
    found = session.execute(_in_scope(select(*keys), form, period).group_by(*keys).having(func.sum(other) == 0))
    return {(indicator, UnitKey(code, valid_from)) for indicator, code, valid_from in found}


def _given(form: str, period: Period) -> Select[tuple[str, str, date, int, Decimal | None, Decimal | None]]:
    keys = (
        RollupScopeRow.indicator,
        RollupScopeRow.unit_code,
        RollupScopeRow.unit_valid_from,
        SubmissionRow.id.label("submission_id"),
    )
    sums = (
        func.sum(ObservationRow.numerator).label("numerator"),
        func.sum(ObservationRow.denominator).label("denominator"),
    )
    return _in_scope(select(*keys, *sums), form, period).where(_is_complete()).group_by(*keys)


def _in_scope(statement: Select[_Row], form: str, period: Period) -> Select[_Row]:
    """From observations of accepted submissions of the scope's units, each at the level of its indicator."""
    return (
        statement.select_from(RollupScopeRow)
        .join(
            SubmissionRow,
            and_(
                SubmissionRow.unit_code == RollupScopeRow.unit_code,
                SubmissionRow.unit_valid_from == RollupScopeRow.unit_valid_from,
                SubmissionRow.form == form,
                SubmissionRow.period == period.id,
                SubmissionRow.state == SubmissionState.ACCEPTED,
            ),
        )
        .join(
            ObservationRow,
            and_(
                ObservationRow.submission_id == SubmissionRow.id,
                ObservationRow.indicator == RollupScopeRow.indicator,
                case(
                    (RollupScopeRow.by_village, ObservationRow.unit_code != SubmissionRow.unit_code),
                    else_=ObservationRow.unit_code == SubmissionRow.unit_code,
                ),
            ),
        )
    )


def _is_complete() -> ColumnElement[bool]:
    """`Observation.is_complete` in SQL; and a share without its denominator is no share."""
    has_denominator = ObservationRow.denominator.is_not(None)
    return and_(
        ObservationRow.numerator.is_not(None),
        or_(has_denominator, and_(ObservationRow.denominator_state.is_(None), ~RollupScopeRow.needs_denominator)),
    )
