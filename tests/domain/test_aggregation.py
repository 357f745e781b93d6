"""The arithmetic of a rollup: sums over units that gave both numbers, one division, one rounding."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.aggregation import Amount, Sums, add_up, composite_points, published_value, sum_of_parts
from domain.indicators import Absence, Flow, Indicator, Measure
from domain.observations import CellState, Figure, Observation
from domain.periods import Frequency
from domain.texts import Text
from tests.reference.rollup import reference_sums

TEXT = Text("chữ", "text")
RATIO = Indicator(
    id="ratio",
    name=TEXT,
    theme="theme",
    measure=Measure.RATIO,
    numerator=TEXT,
    denominator=TEXT,
    denominator_kind="kind",
    unit=TEXT,
    flow=Flow.STOCK,
    frequency=Frequency.MONTH,
    absence=Absence.WARN,
    source="source",
)
COUNT = replace(RATIO, id="count", measure=Measure.COUNT, denominator=None, denominator_kind="none")
COUNTS = st.integers(0, 10**9)


def _figure(number: int | None, state: CellState = CellState.BLANK) -> Figure:
    if number is None:
        return Figure(state, None, "A1", "")
    return Figure(CellState.VALUE if number else CellState.ZERO, Decimal(number), "A1", str(number))


def _ratio(numerator: int | None, denominator: int | None) -> Observation:
    return Observation("22813", "ratio", "sheet", _figure(numerator), _figure(denominator))


def _count(number: int | None) -> Observation:
    return Observation("22813", "count", "sheet", _figure(number))


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=30))
def test_a_rollup_is_the_ratio_of_sums(pairs: list[tuple[int, int]]) -> None:
    """The published percentage equals the exact fraction, rounded once and half-up."""
    numerator, denominator = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    assume(denominator > 0)
    result = published_value(RATIO, reference_sums(RATIO, [[_ratio(*pair)] for pair in pairs]))
    hundredths = Fraction(numerator * 10_000, denominator)
    expected = (2 * hundredths.numerator + hundredths.denominator) // (2 * hundredths.denominator)
    assert result == Decimal(expected) / 100


@given(st.lists(st.tuples(st.none() | COUNTS, st.none() | COUNTS), max_size=20))
def test_only_units_that_gave_both_enter(pairs: list[tuple[int | None, int | None]]) -> None:
    """A numerator without its denominator counts for neither sum."""
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    sums = reference_sums(RATIO, [[_ratio(*pair)] for pair in pairs])
    assert sums.units == len(both)
    assert sums.numerator == (sum(a for a, _ in both) if both else None)
    assert sums.denominator == (sum(b for _, b in both) if both else None)


@given(st.lists(COUNTS, max_size=20), st.randoms())
def test_the_order_of_units_does_not_matter(numbers: list[int], rng: Random) -> None:
    """Sums are exact, so any order gives the same."""
    shuffled = list(numbers)
    rng.shuffle(shuffled)
    assert reference_sums(COUNT, [[_count(n)] for n in numbers]) == reference_sums(
        COUNT, [[_count(n)] for n in shuffled]
    )


@given(st.lists(COUNTS, min_size=1, max_size=20), st.integers(1, 10))
def test_villages_of_one_report_are_one_unit(numbers: list[int], cut: int) -> None:
    """However the villages divide among communes, the sum is the same; units are reports, not villages."""
    reports = [[_count(n) for n in numbers[:cut]], [_count(n) for n in numbers[cut:]]]
    sums = reference_sums(COUNT, reports)
    assert sums.numerator == sum(numbers)
    assert sums.units == (2 if numbers[cut:] else 1)


def test_a_sum_of_nothing_is_not_zero() -> None:
    """Where no unit gave a figure there is none."""
    sums = reference_sums(RATIO, [[_ratio(None, 5)], []])
    assert sums == Sums(None, None, 0)
    assert published_value(RATIO, sums) is None


def test_a_typed_zero_is_a_figure() -> None:
    """Zero counts, blank does not."""
    assert reference_sums(COUNT, [[_count(0)], [_count(None)]]) == Sums(Decimal(0), None, 1)


def test_not_applicable_does_not_enter() -> None:
    """A unit to which an indicator does not apply adds to neither sum."""
    apart = Observation("22813", "ratio", "s", _figure(None, CellState.NOT_APPLICABLE), _figure(10))
    assert reference_sums(RATIO, [[apart], [_ratio(1, 2)]]) == Sums(Decimal(1), Decimal(2), 1)


def test_nothing_is_divided_by_zero() -> None:
    """Denominators that sum to zero give no percentage."""
    assert published_value(RATIO, Sums(Decimal(0), Decimal(0), 1)) is None


def test_other_indicators_of_a_report_do_not_count() -> None:
    """Of each report only the indicator's own observations are summed."""
    assert reference_sums(COUNT, [[_ratio(1, 2)]]) == Sums(None, None, 0)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(69_586, 91_032, "76.44"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 20_000, "0.01"), (12_345, 100_000, "12.35")],
)
def test_percentages_round_half_up(numerator: int, denominator: int, expected: str) -> None:
    """The published district figure is among them."""
    value = published_value(RATIO, Sums(Decimal(numerator), Decimal(denominator), 1))
    assert str(value) == expected


def test_a_mean_of_percentages_would_be_another_number() -> None:
    """A large and a small commune weigh by their people, not one each."""
    sums = reference_sums(RATIO, [[_ratio(900, 1000)], [_ratio(1, 10)]])
    assert published_value(RATIO, sums) == Decimal("89.21")


@given(st.lists(st.tuples(COUNTS, COUNTS, st.integers(1, 10**9)), min_size=1, max_size=30))
def test_sum_of_parts_of_an_area_is_the_sum_over_its_units(units: list[tuple[int, int, int]]) -> None:
    """Adding the parts of each unit and then the units gives what adding each part over the units gives."""
    parts = [
        (Amount(Decimal(wholly), Decimal(total)), Amount(Decimal(partly), Decimal(total)))
        for wholly, partly, total in units
    ]
    sums = [amount for amount in map(sum_of_parts, parts) if amount is not None]
    first, second = (add_up([pair[part] for pair in parts]) for part in (0, 1))
    result = add_up(sums)
    assert (result.numerator, result.denominator) == (
        (first.numerator or 0) + (second.numerator or 0),
        first.denominator,
    )


def test_parts_over_two_denominators_have_no_sum() -> None:
    """Neither of the two is the right one."""
    assert sum_of_parts([Amount(Decimal(1), Decimal(2)), Amount(Decimal(1), Decimal(3))]) is None


@given(st.lists(st.tuples(st.integers(1, 40), COUNTS, st.integers(1, 10**9)), min_size=1, max_size=8))
def test_points_are_exact_and_never_above_the_most(parts: list[tuple[int, int, int]]) -> None:
    """The points of an index are the exact fraction; a share above all gives no more than all of its points."""
    sums = [(Decimal(most), Sums(Decimal(part), Decimal(whole), 1)) for most, part, whole in parts]
    points = sum((most * min(Fraction(part, whole), Fraction(1)) for most, part, whole in parts), Fraction(0))
    assert composite_points(sums) == points <= sum(most for most, _, _ in parts)
    assert composite_points([*sums, (Decimal(1), Sums(None, None, 0))]) is None
    assert composite_points([*sums, (Decimal(1), Sums(Decimal(0), Decimal(0), 1))]) is None
