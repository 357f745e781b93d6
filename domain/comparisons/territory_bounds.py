"""Bounds of a figure of which some units' share is not stated: with none and with all that could lie inside."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from domain.aggregation import Amount


@dataclass(frozen=True, slots=True)
class TerritoryBounds:
    """The least and the most that a figure can be: a share from 0 to 1, or a count."""

    low: Fraction
    high: Fraction


def bounds_of_count(known: Collection[Amount], divided: Collection[Amount]) -> TerritoryBounds:
    """Return the bounds of a count: between none and all of what the divided units count lies inside.

    Args:
        known: amounts that lie inside wholly.
        divided: amounts of units that lie inside in part.
    """
    inside, at_most = (Fraction(sum(amount.numerator for amount in amounts)) for amounts in (known, divided))
    return TerritoryBounds(inside, inside + at_most)


def bounds_of_share(
    known: Collection[Amount], divided: Collection[Amount], *, may_exceed: bool = False
) -> TerritoryBounds | None:
    """Return the bounds of a share: at worst only those outside its numerator lie inside, at best only those in it.

    Where a numerator may exceed its denominator, nothing ties the two together: all of either may lie inside. None
    where a bound would be a share of nothing.

    Args:
        known: amounts that lie inside wholly.
        divided: amounts of units that lie inside in part.
        may_exceed: whether the numerator counts what its denominator does not.
    """
    numerator, denominator = _sums(known)
    theirs, whole = _sums(divided)
    if may_exceed or any(amount.numerator > (amount.denominator or 0) for amount in divided):
        low, high = (numerator, denominator + whole), (numerator + theirs, denominator)
    else:
        low, high = (numerator, denominator + whole - theirs), (numerator + theirs, denominator + theirs)
    return TerritoryBounds(Fraction(*low), Fraction(*high)) if low[1] and high[1] else None


def _sums(amounts: Collection[Amount]) -> tuple[Fraction, Fraction]:
    return (
        Fraction(sum(amount.numerator for amount in amounts)),
        Fraction(sum(amount.denominator or 0 for amount in amounts)),
    )
