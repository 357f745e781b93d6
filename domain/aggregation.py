"""The arithmetic of a rollup, in plain Python: the law that the warehouse's SQL has to equal."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.indicators import Flow, Indicator, Measure
from domain.observations import CellState, Observation

_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the units that gave the whole figure; None where no unit did (a sum of nothing is not zero)."""

    numerator: Decimal | None
    denominator: Decimal | None
    units: int


@dataclass(frozen=True, slots=True)
class Amount:
    """What one unit gives to one figure: its numerator and, of a share, its denominator as well."""

    numerator: Decimal
    denominator: Decimal | None

    def weighted(self, weight: Decimal | None) -> "Amount":
        """The stated part of it (0 to 1), not rounded; None: all of it."""
        if weight is None:
            return self
        denominator = None if self.denominator is None else self.denominator * weight
        return Amount(self.numerator * weight, denominator)


@dataclass(frozen=True, slots=True)
class FigureShare:
    """How much of a unit's figure belongs to an area: what these villages gave, a stated weight of it, else all."""

    villages: frozenset[str] | None = None
    weight: Decimal | None = None


WHOLE = FigureShare()


@dataclass(frozen=True, slots=True)
class Due:
    """A report that a unit owes for one base period of a longer one.

    `report` is what its accepted workbook says, None where none is accepted; `share` how much of it belongs to the
    area, None where it belongs there in part and nobody says how much.
    """

    report: Sequence[Observation] | None
    share: FigureShare | None = WHOLE


def consolidate(indicator: Indicator, units: Iterable[Sequence[Due]]) -> Sums | None:
    """The whole law of a rollup's figure: over units, each with the reports it owes in the order of their periods.

    A unit's figure is there when every report due from it gives one or says that there is none to give: flows add up
    over the periods, stocks and cumulative figures are taken last. A unit without its figure adds nothing; nothing is
    imputed.

    Returns:
        The sums; None where a part of a unit belongs to the area and nobody says how much: not comparable.
    """
    amounts: list[Amount] = []
    for dues in units:
        if any(due.share is None for due in dues):
            return None
        amount = amount_of_unit(indicator, dues)
        if amount is not None:
            amounts.append(amount)
    return add_up(amounts)


def amount_of_unit(indicator: Indicator, dues: Sequence[Due]) -> Amount | None:
    """A unit's figure over the reports it owes, in the order of their periods; None where one of them lacks it."""
    results: list[Amount] = []
    for due in dues:
        if due.report is None or due.share is None:
            return None
        result = [
            observation
            for observation in due.report
            if observation.indicator == indicator.id and _is_of(due.share, observation)
        ]
        if due.share.villages and not _all_say(indicator, due.share.villages, result):
            return None
        amount = _amount_of(indicator, result)
        if amount is not None:
            results.append(amount.weighted(due.share.weight))
        elif due.share.villages == frozenset():
            continue
        elif not result or any(observation.state is not CellState.NOT_APPLICABLE for observation in result):
            return None
    return over_time(indicator.flow, results)


def over_time(flow: Flow, amounts: Sequence[Amount]) -> Amount | None:
    """One figure of those of successive periods: a flow adds up, a stock or a cumulative is the last one."""
    if not amounts:
        return None
    if flow is not Flow.FLOW:
        return amounts[-1]
    return Amount(
        sum((amount.numerator for amount in amounts), Decimal(0)),
        _sum_or_none(other_amount.denominator for other_amount in amounts),
    )


def add_up(amounts: Sequence[Amount]) -> Sums:
    """Σ numerators and Σ denominators of units that gave their figure."""
    return Sums(
        _sum_or_none(amount.numerator for amount in amounts),
        _sum_or_none(other_amount.denominator for other_amount in amounts),
        len(amounts),
    )


def sum_observations(indicator: Indicator, reports: Iterable[Iterable[Observation]]) -> Sums:
    """Σ numerators and Σ denominators over reports (one per unit) that gave both; never a mean of percentages.

    Of each report only the observations of the indicator count. A report of several (its villages) counts as one unit.
    """
    numerators: list[Decimal] = []
    denominators: list[Decimal] = []
    units = 0
    for report in reports:
        complete = [
            observation for observation in report if observation.indicator == indicator.id and observation.is_complete
        ]
        units += bool(complete)
        for unit in complete:
            numerators.append(unit.numerator.number or Decimal(0))
            if unit.denominator is not None:
                denominators.append(unit.denominator.number or Decimal(0))
    return Sums(
        numerator=sum(numerators, Decimal(0)) if numerators else None,
        denominator=sum(denominators, Decimal(0)) if denominators else None,
        units=units,
    )


def _is_of(share: FigureShare, observation: Observation) -> bool:
    return share.villages is None or observation.unit in share.villages


def _all_say(indicator: Indicator, villages: Collection[str], shares: Iterable[Observation]) -> bool:
    """Whether each of these villages gives its figure or says there is none: some of them are not the part meant."""
    results = {
        observation.unit
        for observation in shares
        if _is_whole(indicator, observation) or observation.state is CellState.NOT_APPLICABLE
    }
    return results.issuperset(villages)


def _is_whole(indicator: Indicator, observation: Observation) -> bool:
    # A share without its denominator is no share.
    return observation.is_complete and (indicator.measure is Measure.COUNT or observation.denominator is not None)


def _amount_of(indicator: Indicator, shares: Iterable[Observation]) -> Amount | None:
    complete = [observation for observation in shares if _is_whole(indicator, observation)]
    if not complete:
        return None
    return Amount(
        sum((unit.numerator.number or Decimal(0) for unit in complete), Decimal(0)),
        _sum_or_none(other_unit.denominator.number for other_unit in complete if other_unit.denominator is not None),
    )


def _sum_or_none(numbers: Iterable[Decimal | None]) -> Decimal | None:
    there = [number for number in numbers if number is not None]
    return sum(there, Decimal(0)) if there else None


def published_value(indicator: Indicator, sums: Sums) -> Decimal | None:
    """The figure of a rollup: a percentage with two decimals, rounded once and half-up, or the plain count.

    None where nothing was summed, or the denominators sum to zero.
    """
    if sums.numerator is None:
        return None
    if indicator.measure is Measure.COUNT:
        return sums.numerator
    return percentage(sums.numerator, sums.denominator)


def percentage(numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """A share in percent, rounded half-up to two decimals; None without a denominator, or over zero."""
    if not denominator:
        return None
    # Half-up on the exact quotient: 28 digits of Decimal leave the tie visible for any count an official can type.
    return (100 * numerator / denominator).quantize(_PERCENT_STEP, ROUND_HALF_UP)
