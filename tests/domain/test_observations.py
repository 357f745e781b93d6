"""Observations: zero, blank and not-applicable stay three things."""

from decimal import Decimal

import pytest

from domain.observations import CellState, Figure, Observation

NUMBERS = {CellState.VALUE: Decimal(5), CellState.ZERO: Decimal(0)}


def _figure(state: str) -> Figure:
    return Figure(CellState(state), NUMBERS.get(CellState(state)), "A1", "")


@pytest.mark.parametrize(
    ("numerator", "denominator", "state", "complete"),
    [
        ("value", "value", "value", True),
        ("zero", "value", "zero", True),
        ("blank", "value", "blank", False),
        ("value", "blank", "value", False),
        ("value", "not_applicable", "not_applicable", False),
        ("not_applicable", "value", "not_applicable", False),
        ("unreadable", "not_applicable", "unreadable", False),
        ("value", "unreadable", "unreadable", False),
    ],
)
def test_the_state_of_both_cells(numerator: str, denominator: str, state: str, *, complete: bool) -> None:
    """Unreadable beats not-applicable beats the numerator's own state; only two numbers are complete."""
    observation = Observation("22813", "indicator", "sheet", _figure(numerator), _figure(denominator))
    assert (observation.state, observation.is_complete) == (state, complete)


def test_a_count_needs_no_denominator() -> None:
    """A number alone is complete where the indicator has no denominator."""
    assert Observation("22813", "indicator", "sheet", _figure("value")).is_complete
