"""The trend of a figure over periods as a line, with gaps, breaks and the target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "templates"
"""Macros and style that pages draw charts with."""
WIDTH: Final = 300
HEIGHT: Final = 84
_LEFT, _RIGHT, _TOP, _BOTTOM = 4, 4, 12, 12
_LEAST_SPAN = Decimal(1)
"""The least difference that fills the height: a steady figure is a level line, not a magnified tremble."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A figure of a period; `value` None where there is none, `is_partial` where units are missing from it."""

    label: str
    value: Decimal | None
    shown: str
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class ChartBreak:
    """A change before a point (its place in the series) after which figures do not compare with those before."""

    before: int
    label: str


@dataclass(frozen=True, slots=True)
class TrendMark:
    """A point of the drawing, with the text that describes it."""

    x: Decimal
    y: Decimal
    title: str
    is_partial: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class BreakLine:
    """A vertical line at a break."""

    x: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A drawing of `WIDTH` by `HEIGHT` units.

    `lines` are the points of a line for each run of periods without gap or break, as SVG writes them. `target` is the
    height of the target's line. `highest` and `lowest` are the values at top and bottom, `first` and `last` the periods
    at the ends.
    """

    lines: tuple[str, ...]
    marks: tuple[TrendMark, ...]
    breaks: tuple[BreakLine, ...]
    target: Decimal | None
    highest: str
    lowest: str
    first: str
    last: str


def draw_trend(
    points: Sequence[ChartPoint],
    breaks: Sequence[ChartBreak] = (),
    *,
    target: Decimal | None = None,
    shown: Callable[[Decimal], str] = str,
) -> TrendChart | None:
    """Draw a series, oldest first; None where fewer than two periods have a figure, which is no trend.

    Args:
        points: the periods from the first to the last, those without figure included.
        breaks: after which the line begins anew.
        target: a line to compare with, in the unit of the values.
        shown: formats the values at the ends of the scale.
    """
    values = [point.value for point in points if point.value is not None]
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    spare = max(_LEAST_SPAN - (high - low), Decimal(0)) / 2
    bottom, span = low - spare, high - low + 2 * spare
    width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def x_of(place: Decimal) -> Decimal:
        return _rounded(_LEFT + width * place / max(len(points) - 1, 1))

    def y_of(value: Decimal) -> Decimal:
        return _rounded(_TOP + height * (1 - (value - bottom) / span))

    last = max(place for place, point in enumerate(points) if point.value is not None)
    marks = [
        (place, TrendMark(x_of(Decimal(place)), y_of(point.value), _title(point), point.is_partial, place == last))
        for place, point in enumerate(points)
        if point.value is not None
    ]
    starts = [each.before for each in breaks]
    return TrendChart(
        lines=tuple(_lines(marks, starts)),
        marks=tuple(mark for _, mark in marks),
        breaks=tuple(BreakLine(x_of(each.before - Decimal("0.5")), each.label) for each in breaks),
        target=y_of(target) if target is not None and bottom <= target <= bottom + span else None,
        highest=shown(high),
        lowest=shown(low),
        first=points[0].label,
        last=points[-1].label,
    )


def _lines(marks: Sequence[tuple[int, TrendMark]], starts: Sequence[int]) -> list[str]:
    """Join the marks of neighbouring periods; a gap or a break ends a line."""

    def line_of(numbered: tuple[int, tuple[int, TrendMark]]) -> tuple[int, int]:
        number, (place, _) = numbered
        return place - number, sum(start <= place for start in starts)

    lines = [[mark for _, (_, mark) in run] for _, run in groupby(enumerate(marks), line_of)]
    return [" ".join(f"{mark.x},{mark.y}" for mark in line) for line in lines if len(line) > 1]


def _title(point: ChartPoint) -> str:
    return f"{point.label}: {point.shown}"


def _rounded(number: Decimal) -> Decimal:
    return Decimal(number).quantize(Decimal("0.1")).normalize() + 0
