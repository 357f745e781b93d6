"""Bounds of a figure hold every way in which a divided unit can lie inside, and are reached."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregation import Amount
from domain.comparisons.territory_bounds import TerritoryBounds, bounds_of_count, bounds_of_share

_small = st.integers(0, 6)
_amounts = st.lists(st.tuples(_small, _small).map(lambda each: amount(each[0], each[0] + each[1])), max_size=3)


def amount(numerator: int, denominator: int) -> Amount:
    """Make an amount."""
    return Amount(Decimal(numerator), Decimal(denominator))


@given(known=_amounts, partly=st.tuples(_small, _small))
def test_every_part_that_lies_inside_is_within_the_bounds(known: list[Amount], partly: tuple[int, int]) -> None:
    """Of a unit with so many in its numerator and so many beside it, any number of either may lie inside."""
    inside, beside = partly
    bounds = bounds_of_share(known, [amount(inside, inside + beside)])
    numerator, denominator = (Fraction(sum(getattr(each, name) for each in known)) for name in Amount._fields)
    shares = [
        (numerator + some) / (denominator + some + others)
        for some in range(inside + 1)
        for others in range(beside + 1)
        if denominator + some + others
    ]
    if bounds is not None:
        assert (bounds.low, bounds.high) == (min(shares), max(shares))


def test_what_may_exceed_is_not_tied_to_its_denominator() -> None:
    """All of a numerator may lie inside with nothing of its denominator, and the other way round."""
    bounds = bounds_of_share([amount(5, 10)], [amount(4, 10)], may_exceed=True)
    assert bounds == TerritoryBounds(Fraction(5, 20), Fraction(9, 10))
    assert bounds_of_share([amount(5, 10)], [amount(14, 10)]) == TerritoryBounds(Fraction(5, 20), Fraction(19, 10))


@pytest.mark.parametrize("partly", [[], [amount(3, 3)], [amount(0, 3)]])
def test_share_of_nothing_has_no_bounds(partly: list[Amount]) -> None:
    """Where nothing lies inside for certain, a bound over zero is no bound."""
    assert bounds_of_share([], partly) is None


def test_count_lies_between_none_and_all() -> None:
    """Counts have no denominator."""
    assert bounds_of_count([Amount(Decimal(7), None)], [Amount(Decimal(5), None)]) == TerritoryBounds(
        Fraction(7), Fraction(12)
    )
