"""The arithmetic of a rollup, in plain Python: the law that the warehouse's SQL has to equal."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.indicators import Indicator, Measure
from domain.observations import Observation

_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the units that gave the whole figure; None where no unit did (a sum of nothing is not zero)."""

    numerator: Decimal | None
    denominator: Decimal | None
    units: int


def sum_observations(indicator: Indicator, reports: Iterable[Iterable[Observation]]) -> Sums:
    """Σ numerators and Σ denominators over reports (one per unit) that gave both; never a mean of percentages.

    Of each report only the observations of the indicator count. A report of several (its villages) counts as one unit.
    """
    numerators: list[Decimal] = []
    denominators: list[Decimal] = []
    units = 0
    for report in reports:
        complete = [one for one in report if one.indicator == indicator.id and one.is_complete]
        units += bool(complete)
        for one in complete:
            numerators.append(one.numerator.number or Decimal(0))
            if one.denominator is not None:
                denominators.append(one.denominator.number or Decimal(0))
    return Sums(
        numerator=sum(numerators, Decimal(0)) if numerators else None,
        denominator=sum(denominators, Decimal(0)) if denominators else None,
        units=units,
    )


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
