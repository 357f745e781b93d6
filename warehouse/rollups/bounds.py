"""Bounds of figures that are not comparable, because it is not stated how much of some units lies in the area."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from domain.aggregation import Amount, over_time
from domain.comparisons.territory_bounds import TerritoryBounds, bounds_of_count, bounds_of_share
from domain.indicators import Indicator, Measure
from domain.units import UnitKey
from warehouse.rollups.contributions import Contribution, FigureInputs

_ALL = Fraction(1)


def bounds_of(indicator: Indicator, inputs: FigureInputs) -> TerritoryBounds | None:
    """Return between what the figure lies; None where all is known, a unit is missing or its reports do not add up."""
    if not inputs.crossing or inputs.coverage.missing or inputs.not_summed is not None:
        return None
    # Of a unit in part the figure may come from another form than the one expected.
    divided = {(report.key.unit, report.key.period) for report in inputs.crossing}
    inside: list[Contribution] = []
    partly: list[Contribution] = []
    for each in inputs.contributions:
        (partly if (each.key.unit, each.key.period) in divided else inside).append(each)
    known, shared = _amounts(indicator, inside), _amounts(indicator, partly)
    if indicator.measure is Measure.COUNT:
        return bounds_of_count(known, shared)
    may_exceed = indicator.numerator_may_exceed or indicator.denominator_is_target
    return bounds_of_share(known, shared, may_exceed=may_exceed)


def bounds_of_index(
    index: Indicator, figures: Mapping[str, FigureInputs], bounds: Mapping[str, TerritoryBounds]
) -> TerritoryBounds | None:
    """Return between what an index lies, by the shares and bounds of its parts; None where a part has neither."""
    low = high = most = Fraction(0)
    if not any(part.indicator in bounds for part in index.parts):
        return None
    for part in index.parts:
        share = bounds.get(part.indicator) or _share(figures.get(part.indicator))
        if share is None:
            return None
        points = Fraction(part.points or 0)
        most += points
        low += points * min(share.low, _ALL)
        high += points * min(share.high, _ALL)
    return TerritoryBounds(low / most, high / most)


def _share(inputs: FigureInputs | None) -> TerritoryBounds | None:
    """Return the share of a part that is known."""
    if inputs is None or inputs.sums.numerator is None or not inputs.sums.denominator:
        return None
    share = Fraction(inputs.sums.numerator) / Fraction(inputs.sums.denominator)
    return TerritoryBounds(share, share)


def _amounts(indicator: Indicator, contributions: Iterable[Contribution]) -> list[Amount]:
    by_unit: dict[UnitKey, list[Amount]] = defaultdict(list)
    for contribution in contributions:
        by_unit[contribution.key.unit].append(contribution.counted)
    amounts = (over_time(indicator.flow, of_unit) for of_unit in by_unit.values())
    return [amount for amount in amounts if amount is not None]
