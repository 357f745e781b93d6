"""Amounts that submissions report of indicators, summed by the database over a commune's or its villages' cells."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from domain.aggregation import Amount
from domain.indicators import Indicator, Measure
from domain.observations import CellState
from domain.units import Level
from warehouse.models import ObservationRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class ReportedAmount:
    """Amount that one submission reports of an indicator: the sum of its complete figures, None where it has none.

    `applies` is False when all its cells of the indicator say "not applicable".
    """

    amount: Amount | None
    applies: bool


_INCOMPLETE = ReportedAmount(None, applies=True)

ReportedAmounts = Mapping[int, Mapping[str, ReportedAmount]]
"""By submission and indicator; an indicator without a cell in the submission is absent."""


def reported_amounts(
    session: Session, submissions: Collection[int], indicators: Collection[Indicator]
) -> ReportedAmounts:
    """Sum what submissions report of indicators, each at the level at which it is collected."""
    results: dict[int, dict[str, ReportedAmount]] = defaultdict(dict)
    row, whole = ObservationRow, _is_whole(indicators)
    applies = case((row.state == CellState.NOT_APPLICABLE, 0), else_=1)
    statement = (
        select(
            row.submission_id,
            row.indicator,
            func.sum(case((whole, row.numerator))),
            func.sum(case((whole, row.denominator))),
            func.sum(applies),
        )
        .join(SubmissionRow, SubmissionRow.id == row.submission_id)
        .group_by(row.submission_id, row.indicator)
    )
    for chunk in in_chunks(submissions):
        result = statement.where(row.submission_id.in_(chunk), _is_at_collection_level(indicators))
        for submission, indicator, numerator, denominator, number in session.execute(result):
            results[submission][indicator] = _amount(numerator, denominator, number)
    return results


def reported_amounts_of_villages(
    session: Session, villages: Mapping[int, Collection[str]], indicators: Collection[Indicator]
) -> ReportedAmounts:
    """Sum indicators collected by village, of each submission over the given villages only.

    With one of them left blank there is no amount: the others are not the part of the commune inside the area.
    """
    by_village = [indicator for indicator in indicators if indicator.collected_at is Level.VILLAGE]
    results: dict[int, dict[str, ReportedAmount]] = defaultdict(dict)
    row, whole = ObservationRow, _is_whole(by_village)
    is_none = row.state == CellState.NOT_APPLICABLE
    applies, settled = case((is_none, 0), else_=1), case((or_(whole, is_none), 1), else_=0)
    sums = (func.sum(case((whole, row.numerator))), func.sum(case((whole, row.denominator))))
    for submission, inside in villages.items():
        statement = (
            select(row.indicator, *sums, func.sum(applies), func.sum(settled))
            .where(
                row.submission_id == submission,
                row.unit_code.in_(sorted(inside)),
                row.indicator.in_([indicator.id for indicator in by_village]),
            )
            .group_by(row.indicator)
        )
        for indicator, numerator, denominator, number, settled_villages in session.execute(statement):
            is_complete = settled_villages == len(inside)
            results[submission][indicator] = _amount(numerator, denominator, number) if is_complete else _INCOMPLETE
    return results


def _amount(numerator: Any, denominator: Any, number: int) -> ReportedAmount:  # noqa: ANN401 # aggregates are untyped
    return ReportedAmount(None if numerator is None else Amount(numerator, denominator), bool(number))


def _is_at_collection_level(indicators: Collection[Indicator]) -> ColumnElement[bool]:
    """Select each indicator's rows at its level: the commune's own, or its villages'."""
    row = ObservationRow
    by_village = [indicator.id for indicator in indicators if indicator.collected_at is Level.VILLAGE]
    own = [indicator.id for indicator in indicators if indicator.collected_at is not Level.VILLAGE]
    return or_(
        and_(row.indicator.in_(own), row.unit_code == SubmissionRow.unit_code),
        and_(row.indicator.in_(by_village), row.unit_code != SubmissionRow.unit_code),
    )


def _is_whole(indicators: Collection[Indicator]) -> ColumnElement[bool]:
    """Return `Observation.is_complete` in SQL; a ratio without its denominator is no figure either."""
    row = ObservationRow
    counts = [indicator.id for indicator in indicators if indicator.measure is Measure.COUNT]
    return and_(
        row.numerator.is_not(None),
        or_(row.denominator.is_not(None), and_(row.denominator_state.is_(None), row.indicator.in_(counts))),
    )
