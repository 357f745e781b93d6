"""What the missing units could make of a partial share."""

from decimal import Decimal

import pytest

from domain.aggregation import Amount
from domain.comparisons.missing_bounds import ShareBounds, share_bounds

REPORTED = Decimal(60), Decimal(100)


def amount(numerator: int, denominator: int | None) -> Amount:
    """Return an amount."""
    return Amount(Decimal(numerator), None if denominator is None else Decimal(denominator))


def test_bounds_hold_the_missing_at_nothing_and_at_all() -> None:
    """60 of 100 and units last known at 10/40 and 5/10: 75/150, between 60/150 and 110/150, rounded outwards."""
    bounds = share_bounds(*REPORTED, [amount(10, 40), amount(5, 10)])
    assert bounds == ShareBounds(Decimal("50.00"), Decimal("40.00"), Decimal("73.34"))


def test_low_bound_is_rounded_down() -> None:
    """Two thirds are no bound below two thirds."""
    bounds = share_bounds(Decimal(2), Decimal(2), [amount(0, 1)])
    assert bounds
    assert (bounds.low, bounds.point) == (Decimal("66.66"), Decimal("66.67"))


def test_nothing_over_zero() -> None:
    """Without any denominator there is no share."""
    assert share_bounds(Decimal(0), Decimal(0), []) is None


def test_missing_denominator_raises() -> None:
    """Without it nothing bounds the share."""
    with pytest.raises(ValueError, match="denominator"):
        share_bounds(*REPORTED, [amount(1, None)])
