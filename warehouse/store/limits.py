"""Refuse, as an issue with its cell, the few figures that the warehouse cannot keep, before one stops a night."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.aggregation import percentage
from domain.issues import Issue, Severity
from domain.observations import CellState, Figure, Observation
from warehouse.models.exact import LARGEST_FIGURE, has_room_for

BEYOND_LIMITS = "figure_beyond_limits"
GIVEN_TWICE = "figure_given_twice"
UNREADABLE = "figure_unreadable"

_LIMITS = f"< {LARGEST_FIGURE}"


def unstorable(observations: Sequence[Observation]) -> tuple[Issue, ...]:
    """Critical issues for figures that are too large or too fine to keep exactly, doubled, or never understood."""
    return (
        *_doubled(observations),
        *_ill_fitting(observations),
        *_absurd_shares(observations),
        *_absurd_sums(observations),
    )


def _absurd_shares(observations: Sequence[Observation]) -> Iterator[Issue]:
    """Two numbers that fit can make a share that does not: hundreds of billions over one."""
    for one in observations:
        if one.numerator.number is None or one.denominator is None or not one.denominator.number:
            continue
        share = percentage(one.numerator.number, one.denominator.number)
        if share is not None and not has_room_for(share):
            yield _issue(BEYOND_LIMITS, one, one.numerator, expected=f"{_LIMITS} %")


def _absurd_sums(observations: Sequence[Observation]) -> Iterator[Issue]:
    """Figures of villages that fit one by one can make a sum that does not: the largest is the likeliest slip."""
    cells: dict[tuple[str, str], list[tuple[Decimal, Observation, Figure]]] = defaultdict(list)
    for one in observations:
        for role, figure in (("numerator", one.numerator), ("denominator", one.denominator)):
            if figure is not None and figure.number is not None and has_room_for(figure.number):
                cells[one.indicator, role].append((abs(figure.number), one, figure))
    for found in cells.values():
        if sum(number for number, _, _ in found) >= LARGEST_FIGURE:
            _, one, figure = max(found, key=lambda each: each[0])
            yield _issue(BEYOND_LIMITS, one, figure, expected=_LIMITS)


def _doubled(observations: Sequence[Observation]) -> Iterator[Issue]:
    times = Counter((one.unit, one.indicator) for one in observations)
    for one in observations:
        if times[one.unit, one.indicator] > 1:
            yield _issue(GIVEN_TWICE, one, one.numerator)


def _ill_fitting(observations: Sequence[Observation]) -> Iterator[Issue]:
    for one in observations:
        counted = [figure for figure in (one.numerator, one.denominator) if figure is not None]
        for figure in counted:
            if figure.number is not None and not has_room_for(figure.number):
                yield _issue(BEYOND_LIMITS, one, figure, expected=_LIMITS)
            if figure.state is CellState.UNREADABLE:
                yield _issue(UNREADABLE, one, figure)
        if one.stated and one.stated.number is not None and not abs(one.stated.number) < LARGEST_FIGURE:
            yield _issue(BEYOND_LIMITS, one, one.stated, expected=_LIMITS)


def _issue(code: str, one: Observation, figure: Figure, expected: str | None = None) -> Issue:
    return Issue(
        code=code,
        severity=Severity.CRITICAL,
        sheet=one.sheet,
        cell=figure.cell,
        found=figure.raw,
        expected=expected,
        indicator=one.indicator,
        unit=one.unit,
    )
