"""Dividing a whole number into whole parts that add up to it again."""

import math
from collections.abc import Sequence
from fractions import Fraction

from domain.errors import TerminalError


def apportion(total: int, weights: Sequence[float], caps: Sequence[int] | None = None) -> list[int]:
    """Divide a total in proportion to weights by largest remainder; no part exceeds its cap.

    Raises:
        TerminalError: the caps leave no room for the total, or no weight is above zero.
    """
    limits = [total] * len(weights) if caps is None else list(caps)
    if total > sum(limits):
        raise TerminalError(f"{total} cannot be divided among parts of at most {sum(limits)} together")
    quotas = _quotas(total, [Fraction(weight) for weight in weights], limits)
    parts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - quotas[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _quotas(total: int, weights: list[Fraction], limits: list[int]) -> list[Fraction]:
    """Exact parts in proportion to weights, what a limit cuts off being divided among the others."""
    quotas = [Fraction(0)] * len(weights)
    free = {place for place, weight in enumerate(weights) if weight > 0}
    rest = Fraction(total)
    while rest and free:
        whole = sum(weights[place] for place in free)
        full = {place for place in free if rest * weights[place] / whole > limits[place]}
        if not full:
            for place in free:
                quotas[place] = rest * weights[place] / whole
            return quotas
        for place in full:
            quotas[place] = Fraction(limits[place])
        rest -= sum(limits[place] for place in full)
        free -= full
    if rest:
        raise TerminalError(f"{total} cannot be divided: all parts that carry weight are full")
    return quotas
