"""Why a figure moved: each factor alone, and the law that the parts add up, exactly and as shown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregation import Amount, rounded
from domain.comparisons.change_factors import ChangeFactor, ChangeFacts, shown_parts, split_change
from domain.units import UnitKey

UNITS = [UnitKey(code, date(2000, 1, 1)) for code in "ABCDE"]
A, B, C, *_ = UNITS


def amounts(*pairs: tuple[int, int]) -> dict[UnitKey, Amount]:
    """Return amounts of the first units: numerator and denominator of each."""
    return {unit: Amount(Decimal(up), Decimal(down)) for unit, (up, down) in zip(UNITS, pairs, strict=False)}


START = amounts((40, 100), (10, 50))
FACTS = ChangeFacts(START, START, {A, B}, START, {A, B}, is_ratio=True)

CASES = {
    ChangeFactor.BOUNDARY: replace(FACTS, end={A: START[A]}, units={A}),
    ChangeFactor.DEFINITION: replace(FACTS, end=amounts((40, 80), (10, 40)), is_redefined=True),
    ChangeFactor.CORRECTIONS: replace(FACTS, start=amounts((45, 100), (10, 50))),
    ChangeFactor.COVERAGE: replace(FACTS, end={A: START[A]}),
    ChangeFactor.DENOMINATOR: replace(FACTS, end=amounts((40, 90), (10, 50))),
    ChangeFactor.NUMERATOR: replace(FACTS, end=amounts((40, 100), (20, 50))),
}


@pytest.mark.parametrize(("factor", "facts"), CASES.items(), ids=list(CASES))
def test_single_factor_takes_the_whole_change(factor: ChangeFactor, facts: ChangeFacts) -> None:
    """Where only one factor differs, all others have no part."""
    split = split_change(facts)
    assert split
    assert {name: part for name, part in split.parts.items() if part} == {factor: split.end - split.start}
    assert split.end != split.start


def test_factors_are_replaced_in_their_order() -> None:
    """Computed by hand: a unit left the area, one was corrected, one came in, and denominators and numerators moved."""
    facts = ChangeFacts(
        start=amounts((40, 100), (10, 50), (5, 50)),
        corrected=amounts((50, 100), (10, 50), (5, 50)),
        earlier_units=set(UNITS[:4]),
        end={A: Amount(Decimal(66), Decimal(110)), B: START[B], UNITS[3]: Amount(Decimal(30), Decimal(40))},
        units={A, B, UNITS[3]},
        is_ratio=True,
    )
    split = split_change(facts)
    assert split
    after = [Fraction(55, 200), Fraction(50, 150), Fraction(50, 150), Fraction(60, 150), Fraction(90, 190),
             Fraction(90, 200), Fraction(106, 200)]  # fmt: skip
    steps = [100 * (later - earlier) for earlier, later in pairwise(after)]
    assert dict(split.parts) == dict(zip(ChangeFactor, steps, strict=True))


def test_count_has_no_denominator() -> None:
    """The step is skipped."""
    counts = {A: Amount(Decimal(4), None)}
    facts = ChangeFacts(counts, counts, {A}, {A: Amount(Decimal(7), None)}, {A}, is_ratio=False)
    split = split_change(facts)
    assert split
    assert ChangeFactor.DENOMINATOR not in split.parts
    assert split.parts[ChangeFactor.NUMERATOR] == 3


def test_all_new_units_are_a_boundary() -> None:
    """After a merger that left no unit as it was, nothing else can be told apart."""
    later = {C: Amount(Decimal(1), Decimal(2))}
    split = split_change(replace(FACTS, end=later, units={C}))
    assert split
    assert split.parts[ChangeFactor.BOUNDARY] == split.end - split.start


@pytest.mark.parametrize("changed", [{"end": {}}, {"start": {}}, {"end": amounts((0, 0))}])
def test_nothing_is_split_without_both_figures(changed: dict[str, dict[UnitKey, Amount]]) -> None:
    """A share over zero, or of no unit, is no figure."""
    assert split_change(replace(FACTS, **changed)) is None  # type: ignore[arg-type] # names of facts


pairs = st.dictionaries(
    st.sampled_from(UNITS),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda pair: Amount(*map(Decimal, pair))),
)
units = st.frozensets(st.sampled_from(UNITS))


@given(start=pairs, corrected=pairs, end=pairs, owing=units, before=units, redefined=st.booleans(), ratio=st.booleans())
def test_parts_add_up_exactly_and_as_shown(  # the facts of a change
    *,
    start: dict[UnitKey, Amount],
    corrected: dict[UnitKey, Amount],
    end: dict[UnitKey, Amount],
    owing: frozenset[UnitKey],
    before: frozenset[UnitKey],
    redefined: bool,
    ratio: bool,
) -> None:
    """The sum of the parts is the change; the shown parts are those rounded, and add up to the shown change."""
    facts = ChangeFacts(start, corrected, before | start.keys(), end, owing | end.keys(), ratio, redefined)
    split = split_change(facts)
    if split is None:
        return
    assert sum(split.parts.values()) == split.end - split.start
    total = rounded(split.end, 2) - rounded(split.start, 2)
    shown = shown_parts(split.parts, total, 2)
    assert sum(shown.values()) == total
    for factor, part in split.parts.items():
        assert abs(Fraction(shown[factor]) - part) < Fraction(2, 100)
        assert part or not shown[factor]


def test_largest_remainder() -> None:
    """Three thirds of a hundred: the earlier part of equal remainders gets the rest, negative parts alike."""
    third = Fraction(1, 3)
    assert list(shown_parts(dict.fromkeys("abc", third), Decimal("1.00"), 2).values()) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]
    parts = {"a": Fraction(-1, 3), "b": Fraction(4, 3), "c": Fraction(0)}
    assert list(shown_parts(parts, Decimal("1.00"), 2).values()) == [Decimal("-0.33"), Decimal("1.33"), Decimal(0)]


@pytest.mark.parametrize(
    ("number", "shown"), [(Fraction(1, 8), "0.13"), (Fraction(-1, 8), "-0.13"), (Fraction(1, 3), "0.33")]
)
def test_rounding_is_half_up(number: Fraction, shown: str) -> None:
    """As published values are."""
    assert rounded(number, 2) == Decimal(shown)
