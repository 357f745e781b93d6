"""Report figures that the warehouse cannot store as issues with their cells, before one fails a nightly run."""

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
_ORDINARY = Decimal(10) ** 9
"""No share of a figure below this is too large to store."""


def limit_issues(observations: Sequence[Observation]) -> tuple[Issue, ...]:
    """Return critical issues for figures that are too large or too fine to store exactly, duplicate, or unreadable."""
    return (
        *_duplicate_issues(observations),
        *_number_issues(observations),
        *_percentage_issues(observations),
        *_sum_issues(observations),
    )


def _percentage_issues(observations: Sequence[Observation]) -> Iterator[Issue]:
    """Yield issues for percentages too large to store although both numbers fit, as hundreds of billions over one."""
    for observation in observations:
        if (
            observation.numerator.number is None
            or observation.denominator is None
            or not observation.denominator.number
        ):
            continue
        if abs(observation.numerator.number) < _ORDINARY and observation.denominator.number >= 1:
            continue
        share = percentage(observation.numerator.number, observation.denominator.number)
        if share is not None and not has_room_for(share):
            yield _issue(BEYOND_LIMITS, observation, observation.numerator, expected=f"{_LIMITS} %")


def _sum_issues(observations: Sequence[Observation]) -> Iterator[Issue]:
    """Yield issues for sums over villages too large to store; the largest figure is the likeliest mistake."""
    every = (figure for observation in observations for figure in (observation.numerator, observation.denominator))
    numbers = (figure.number for figure in every if figure is not None and figure.number is not None)
    total = sum(map(abs, numbers), Decimal(0))
    if total.is_finite() and total < LARGEST_FIGURE:
        return  # as nearly always: no sum of its parts is larger
    cells: dict[tuple[str, str], list[tuple[Decimal, Observation, Figure]]] = defaultdict(list)
    for observation in observations:
        for role, figure in (("numerator", observation.numerator), ("denominator", observation.denominator)):
            if figure is not None and figure.number is not None and has_room_for(figure.number):
                cells[observation.indicator, role].append((abs(figure.number), observation, figure))
    for cell in cells.values():
        if sum(number for number, _, _ in cell) >= LARGEST_FIGURE:
            _, largest, figure = max(cell, key=lambda each: each[0])
            yield _issue(BEYOND_LIMITS, largest, figure, expected=_LIMITS)


def _duplicate_issues(observations: Sequence[Observation]) -> Iterator[Issue]:
    times = Counter((observation.unit, observation.indicator) for observation in observations)
    if len(times) == len(observations):
        return
    for observation in observations:
        if times[observation.unit, observation.indicator] > 1:
            yield _issue(GIVEN_TWICE, observation, observation.numerator)


def _number_issues(observations: Sequence[Observation]) -> Iterator[Issue]:
    for observation in observations:
        counted = [figure for figure in (observation.numerator, observation.denominator) if figure is not None]
        for figure in counted:
            if figure.number is not None and not has_room_for(figure.number):
                yield _issue(BEYOND_LIMITS, observation, figure, expected=_LIMITS)
            if figure.state is CellState.UNREADABLE:
                yield _issue(UNREADABLE, observation, figure)
        if (
            observation.stated
            and observation.stated.number is not None
            and not abs(observation.stated.number) < LARGEST_FIGURE
        ):
            yield _issue(BEYOND_LIMITS, observation, observation.stated, expected=_LIMITS)


def _issue(code: str, observation: Observation, figure: Figure, expected: str | None = None) -> Issue:
    return Issue(
        code=code,
        severity=Severity.CRITICAL,
        sheet=observation.sheet,
        cell=figure.cell,
        found=figure.raw,
        expected=expected,
        indicator=observation.indicator,
        unit=observation.unit,
    )
