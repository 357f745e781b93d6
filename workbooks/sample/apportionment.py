"""Apportionment of a whole number into whole parts with the same sum."""

import math
from collections.abc import Sequence
from fractions import Fraction

from domain.errors import TerminalError


def apportion(total: int, weights: Sequence[float], caps: Sequence[int] | None = None) -> list[int]:
    """Divide a total in proportion to weights by the largest-remainder method; no part exceeds its cap.

    Raises:
        TerminalError: the caps sum to less than the total, or no weight is above zero.
    """
    limits = [total] * len(weights) if caps is None else list(caps)
    if total > sum(limits):
        raise TerminalError(f"{total} cannot be divided among parts of at most {sum(limits)} together")
    quotas = _quotas(total, [Fraction(weight) for weight in weights], limits)
    parts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - quotas[index], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _quotas(total: int, weights: list[Fraction], limits: list[int]) -> list[Fraction]:
    """Return exact parts in proportion to weights; the excess over a limit is divided among the others."""
    quotas = [Fraction(0)] * len(weights)
    free = {index for index, weight in enumerate(weights) if weight > 0}
    remaining = Fraction(total)
    while remaining and free:
        whole = sum(weights[index] for index in free)
        full = {index for index in free if remaining * weights[index] / whole > limits[index]}
        if not full:
            for index in free:
                quotas[index] = remaining * weights[index] / whole
            return quotas
        for index in full:
            quotas[index] = Fraction(limits[index])
        remaining -= sum(limits[index] for index in full)
        free -= full
    if remaining:
        raise TerminalError(f"{total} cannot be divided: all parts that carry weight are full")
    return quotas
