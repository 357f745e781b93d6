"""What the missing units could make of a partial share: at their last known figures, at none and at all of theirs."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from domain.aggregation import Amount

_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ShareBounds:
    """A partial share with the missing units added, in percent with two decimals.

    `point`: at their last known figures. `low` and `high`: at zero and at all of their last known denominators, rounded
    outwards, so that the share lies between them for as long as the denominators hold.
    """

    point: Decimal
    low: Decimal
    high: Decimal


def share_bounds(numerator: Decimal, denominator: Decimal, missing: Collection[Amount]) -> ShareBounds | None:
    """Return the bounds of a share whose missing units all have a last known figure; None over zero.

    Args:
        numerator: Σ of the units that reported.
        denominator: Σ of the units that reported.
        missing: the last known amounts of the units that did not.

    Raises:
        ValueError: an amount has no denominator.
    """
    denominators = [amount.denominator for amount in missing]
    known = [each for each in denominators if each is not None]
    if len(known) != len(denominators):
        raise ValueError("the amount of a share has a denominator")
    theirs = sum(known, Decimal(0))
    whole = denominator + theirs
    if not whole:
        return None
    last = sum((amount.numerator for amount in missing), Decimal(0))
    return ShareBounds(
        point=_percent(numerator + last, whole, ROUND_HALF_UP),
        low=_percent(numerator, whole, ROUND_FLOOR),
        high=_percent(numerator + theirs, whole, ROUND_CEILING),
    )


def _percent(numerator: Decimal, denominator: Decimal, rounding: str) -> Decimal:
    return (100 * numerator / denominator).quantize(_STEP, rounding)
