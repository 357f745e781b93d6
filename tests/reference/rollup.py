"""Reference implementation of a rollup's figure over months and boundaries, in plain Python; SQL has to equal it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.aggregation import Amount, Sums, add_up, over_time
from domain.indicators import Indicator, Measure, SumOver
from domain.observations import CellState, Observation


@dataclass(frozen=True, slots=True)
class FigureShare:
    """The part of a unit's figure that belongs to an area: of these villages, by a stated weight, else all of it.

    Of a whole unit `villages` are those of the register.
    """

    villages: frozenset[str] | None = None
    weight: Decimal | None = None


WHOLE = FigureShare()


@dataclass(frozen=True, slots=True)
class Due:
    """A report due from a unit for one base period of a longer one.

    `report` holds the observations of its accepted workbook, None where none is accepted. `share` is the part that
    belongs to the area, None where only a part does and no source states which.
    """

    report: Sequence[Observation] | None
    share: FigureShare | None = WHOLE


def reference_rollup(indicator: Indicator, units: Iterable[Sequence[Due]]) -> Sums | None:
    """Compute a rollup's figure over units, each with the reports due from it in the order of their periods.

    A unit enters when every report due from it has a figure or says that the indicator does not apply: flows add up
    over the periods, of stocks and cumulative figures the last is taken. Other units add nothing; nothing is imputed.

    Returns:
        The sums; None (not comparable) where an unstated part of a unit belongs to the area.
    """
    amounts: list[Amount] = []
    for dues in units:
        if any(due.share is None for due in dues):
            return None
        amount = _unit_amount(indicator, dues)
        if amount is not None:
            amounts.append(amount)
    return add_up(amounts)


def adds_up(indicator: Indicator, units: int, days: Collection[date]) -> bool:
    """Return whether an indicator adds up over so many units, and base periods that end on these days."""
    return not (
        (SumOver.UNITS in indicator.not_summed_over and units > 1)
        or (SumOver.PERIODS in indicator.not_summed_over and len(days) > 1)
        or any(min(days) < each.first_day <= max(days) for each in indicator.breaks)
    )


def reference_sums(indicator: Indicator, reports: Iterable[Sequence[Observation]]) -> Sums:
    """Sum one report per unit, all of it; never a mean of percentages."""
    sums = reference_rollup(indicator, [[Due(report)] for report in reports])
    return sums or Sums(None, None, 0)


def _unit_amount(indicator: Indicator, dues: Sequence[Due]) -> Amount | None:
    """Return a unit's figure over the reports due from it; None where a report lacks it."""
    amounts: list[Amount] = []
    for due in dues:
        if due.report is None or due.share is None:
            return None
        villages = due.share.villages
        observations = [
            observation
            for observation in due.report
            if observation.indicator == indicator.id and (villages is None or observation.unit in villages)
        ]
        if villages != frozenset() and not _is_settled_in_all(indicator, villages or set(), observations):
            return None
        amount = _report_amount(indicator, observations)
        if amount is not None:
            amounts.append(amount.weighted(due.share.weight))
        elif villages == frozenset():
            continue
        elif not observations or any(each.state is not CellState.NOT_APPLICABLE for each in observations):
            return None
    return over_time(indicator.flow, amounts)


def _is_settled_in_all(indicator: Indicator, villages: Collection[str], observations: Iterable[Observation]) -> bool:
    """Return whether each village and cell has a figure or says not applicable: a subset would not be the figure."""
    settled = {
        observation.unit: _is_whole(indicator, observation) or observation.state is CellState.NOT_APPLICABLE
        for observation in observations
    }
    return settled.keys() >= set(villages) and all(settled.values())


def _report_amount(indicator: Indicator, observations: Iterable[Observation]) -> Amount | None:
    """Sum the whole figures of one report; None where there is none."""
    complete = [observation for observation in observations if _is_whole(indicator, observation)]
    if not complete:
        return None
    numerators = [each.numerator.number or Decimal(0) for each in complete]
    denominators = [
        each.denominator.number for each in complete if each.denominator and each.denominator.number is not None
    ]
    return Amount(sum(numerators, Decimal(0)), sum(denominators, Decimal(0)) if denominators else None)


def _is_whole(indicator: Indicator, observation: Observation) -> bool:
    # A ratio without its denominator is no figure.
    return observation.is_complete and (indicator.measure is Measure.COUNT or observation.denominator is not None)
