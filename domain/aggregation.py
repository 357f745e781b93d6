"""The arithmetic of a rollup, in plain Python: exact sums, one division, one rounding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from domain.indicators import Flow, Indicator, Measure

PERCENT_DECIMALS = 2
_PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the units that gave the whole figure; None where no unit did (a sum of nothing is not zero)."""

    numerator: Decimal | None
    denominator: Decimal | None
    units: int


class Amount(NamedTuple):
    """What one unit gives to one figure: its numerator and, of a share, its denominator as well."""

    numerator: Decimal
    denominator: Decimal | None

    def weighted(self, weight: Decimal | None) -> "Amount":
        """The stated part of it (0 to 1), not rounded; None: all of it."""
        if weight is None:
            return self
        denominator = None if self.denominator is None else self.denominator * weight
        return Amount(self.numerator * weight, denominator)


def over_time(flow: Flow, amounts: Sequence[Amount]) -> Amount | None:
    """One figure of those of successive periods: a flow adds up, a stock or a cumulative is the last one."""
    if not amounts:
        return None
    if flow is not Flow.FLOW or len(amounts) == 1:
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


def _sum_or_none(numbers: Iterable[Decimal | None]) -> Decimal | None:
    there = [number for number in numbers if number is not None]
    return sum(there, Decimal(0)) if there else None


def sum_of_parts(amounts: Sequence[Amount]) -> Amount | None:
    """The sum of numerators over the denominator that all share; None where they differ in it."""
    if len({amount.denominator for amount in amounts}) != 1:
        return None
    return Amount(sum((amount.numerator for amount in amounts), Decimal(0)), amounts[0].denominator)


def composite_points(parts: Sequence[tuple[Decimal, Sums]]) -> Fraction | None:
    """The points of an index, exactly: of each part its most points times its share, at most all of them.

    None where a part has no share: the points of the others are never spread over it.
    """
    total = Fraction(0)
    for most, sums in parts:
        if sums.numerator is None or not sums.denominator:
            return None
        total += Fraction(most) * min(Fraction(sums.numerator) / Fraction(sums.denominator), Fraction(1))
    return total


def rounded(number: Fraction, decimals: int) -> Decimal:
    """Round a fraction half-up, away from zero."""
    step = Fraction(1, 10**decimals)
    steps = floor(abs(number) / step + Fraction(1, 2))
    return (Decimal(steps) if number >= 0 else -Decimal(steps)).scaleb(-decimals)


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
