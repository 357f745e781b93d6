"""Why a figure moved: its change between two periods, split one factor at a time, in exact fractions (decision 102).

The factors are replaced in a fixed order, and after each one the figure is computed again from what the units gave.
What it differs by is the factor's part, so that the parts add up to the change exactly, whatever was rounded for show.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import TypeVar

from domain.aggregation import Amount
from domain.units import UnitKey

_K = TypeVar("_K")


class ChangeFactor(StrEnum):
    """What moves a figure, in the order in which it is replaced.

    Boundary: units that owe the form in only one of the periods. Definition: another kind of denominator. Corrections:
    the earlier period's reports, sent late or changed since. Coverage: units that owe in both periods and gave a figure
    in only one. Denominator and numerator: those of the units that gave both figures.
    """

    BOUNDARY = "boundary"
    DEFINITION = "definition"
    CORRECTIONS = "corrections"
    COVERAGE = "coverage"
    DENOMINATOR = "denominator"
    NUMERATOR = "numerator"


Amounts = Mapping[UnitKey, Amount]
"""What each unit gave to a figure."""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What two periods' figures are made from.

    `start` is the earlier period as it was known first, `corrected` as it is known now; `earlier_units` owed the form
    then. `end` and `units` are the later period's. Of a share (`is_ratio`) every amount has a denominator.
    `is_redefined`: the denominators are of another kind since.
    """

    start: Amounts
    corrected: Amounts
    earlier_units: Collection[UnitKey]
    end: Amounts
    units: Collection[UnitKey]
    is_ratio: bool
    is_redefined: bool = False


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """A change split: both figures and all parts exact, shares in percent; a count has no part of its denominator."""

    start: Fraction
    end: Fraction
    parts: Mapping[ChangeFactor, Fraction]


def split_change(facts: ChangeFacts) -> ChangeParts | None:
    """Split the change of a figure by factor; None where one of the two figures cannot be computed.

    Where the figure cannot be computed after a step, as when no unit is left, its part goes to the next step.
    """
    start, end = _figure(facts.start, facts), _figure(facts.end, facts)
    if start is None or end is None:
        return None
    parts: dict[ChangeFactor, Fraction] = {}
    before = start
    for factor, amounts in _steps(facts).items():
        after = _figure(amounts, facts)
        parts[factor] = Fraction(0) if after is None else after - before
        before = before if after is None else after
    return ChangeParts(start, end, parts)


def shown_parts(parts: Mapping[_K, Fraction], total: Decimal, decimals: int) -> dict[_K, Decimal]:
    """Round parts so that they add up to a total, by largest remainder; a part of zero stays zero.

    Args:
        parts: the exact parts.
        total: what is shown as their sum, with at most so many decimals; it may be rounded otherwise than their sum.
        decimals: how many decimals are shown.
    """
    scale = 10**decimals
    results = {key: floor(part * scale) for key, part in parts.items()}
    # Largest remainder first; of equal ones the earlier part.
    order = sorted(
        (key for key, part in parts.items() if part), key=lambda key: results[key] - parts[key] * scale
    ) or list(parts)
    left = int(total.scaleb(decimals).quantize(Decimal(1), ROUND_HALF_UP)) - sum(results.values())
    step = 1 if left > 0 else -1
    for position in range(abs(left)):
        key = order[position % len(order)] if left > 0 else order[-1 - position % len(order)]
        results[key] += step
    return {key: Decimal(steps).scaleb(-decimals) for key, steps in results.items()}


def _steps(facts: ChangeFacts) -> dict[ChangeFactor, Amounts]:
    """Return what the figure is computed from after each factor was replaced."""
    came = {unit: amount for unit, amount in facts.end.items() if unit not in facts.earlier_units}
    start, corrected = (
        {unit: amount for unit, amount in amounts.items() if unit in facts.units}
        for amounts in (facts.start, facts.corrected)
    )
    defined: Amounts = start
    redefined: Amounts = corrected
    if facts.is_redefined:
        # Units that gave no later figure have no denominator of the new kind: they leave with the old definition.
        defined, redefined = (_redefined(amounts, facts.end) for amounts in (start, corrected))
    both = {unit: amount for unit, amount in redefined.items() if unit in facts.end}
    covered = {**facts.end, **both}
    steps: dict[ChangeFactor, Amounts] = {
        ChangeFactor.BOUNDARY: {**start, **came},
        ChangeFactor.DEFINITION: {**defined, **came},
        ChangeFactor.CORRECTIONS: {**redefined, **came},
        ChangeFactor.COVERAGE: covered,
    }
    if facts.is_ratio:
        steps[ChangeFactor.DENOMINATOR] = _redefined(covered, facts.end)
    return {**steps, ChangeFactor.NUMERATOR: facts.end}


def _redefined(amounts: Amounts, end: Amounts) -> Amounts:
    """Return amounts with the later period's denominators, of the units that have one."""
    return {unit: Amount(amount.numerator, end[unit].denominator) for unit, amount in amounts.items() if unit in end}


def _figure(amounts: Amounts, facts: ChangeFacts) -> Fraction | None:
    """Compute the figure exactly; None without units, and of a share over zero."""
    if not amounts:
        return None
    numerator = sum((Fraction(amount.numerator) for amount in amounts.values()), Fraction(0))
    if not facts.is_ratio:
        return numerator
    denominator = sum((Fraction(amount.denominator or 0) for amount in amounts.values()), Fraction(0))
    return 100 * numerator / denominator if denominator else None
