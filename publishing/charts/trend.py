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
    """A figure of a period; `value` None where there is none, `is_partial` where units are missing from it.

    `is_void`: there is none because the boundaries do not allow one; the drawing marks the period.
    """

    label: str
    value: Decimal | None
    shown: str
    is_partial: bool = False
    is_void: bool = False


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
class SeriesBeside:
    """Lines and marks of a second series in the same drawing."""

    lines: tuple[str, ...]
    marks: tuple[TrendMark, ...]


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A drawing of `WIDTH` by `HEIGHT` units.

    `lines` are the points of a line for each run of periods without gap or break, as SVG writes them; `voids` stand at
    the bottom, for periods in which a series has no figure that compares. `target` is the height of the target's line.
    `highest` and `lowest` are the values at top and bottom, `first` and `last` the periods at the ends.
    """

    lines: tuple[str, ...]
    marks: tuple[TrendMark, ...]
    beside: SeriesBeside | None
    voids: tuple[TrendMark, ...]
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
    beside: Sequence[ChartPoint] = (),
    target: Decimal | None = None,
    shown: Callable[[Decimal], str] = str,
) -> TrendChart | None:
    """Draw a series, oldest first; None where fewer than two periods have a figure, which is no trend.

    Args:
        points: the periods from the first to the last, those without figure included.
        breaks: after which the line begins anew.
        beside: a second series of the same periods, drawn on the same scale.
        target: a line to compare with, in the unit of the values.
        shown: formats the values at the ends of the scale.
    """
    values = [point.value for point in (*points, *beside) if point.value is not None]
    if len(points) < 2 or len(values) < 2:
        return None
    scale = _Scale(len(points), min(values), max(values))
    marks, marks_beside = scale.marks(points), scale.marks(beside)
    starts = [each.before for each in breaks]
    return TrendChart(
        lines=tuple(_lines(marks, starts)),
        marks=tuple(mark for _, mark in marks),
        beside=SeriesBeside(tuple(_lines(marks_beside, ())), tuple(mark for _, mark in marks_beside))
        if beside
        else None,
        voids=(*scale.voids(points), *scale.voids(beside)),
        breaks=tuple(BreakLine(scale.x_of(each.before - Decimal("0.5")), each.label) for each in breaks),
        target=scale.y_of(target) if target is not None and scale.holds(target) else None,
        highest=shown(max(values)),
        lowest=shown(min(values)),
        first=points[0].label,
        last=points[-1].label,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where periods and values lie in the drawing."""

    periods: int
    low: Decimal
    high: Decimal

    @property
    def spare(self) -> Decimal:
        return max(_LEAST_SPAN - (self.high - self.low), Decimal(0)) / 2

    def holds(self, value: Decimal) -> bool:
        return self.low - self.spare <= value <= self.high + self.spare

    def x_of(self, place: Decimal) -> Decimal:
        return _rounded(_LEFT + (WIDTH - _LEFT - _RIGHT) * place / max(self.periods - 1, 1))

    def y_of(self, value: Decimal) -> Decimal:
        bottom, span = self.low - self.spare, self.high - self.low + 2 * self.spare
        return _rounded(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - (value - bottom) / span))

    def marks(self, points: Sequence[ChartPoint]) -> list[tuple[int, TrendMark]]:
        """Return the mark of each figure, with its place in the series."""
        last = max((place for place, point in enumerate(points) if point.value is not None), default=None)
        return [
            (
                place,
                TrendMark(
                    self.x_of(Decimal(place)), self.y_of(point.value), _title(point), point.is_partial, place == last
                ),
            )
            for place, point in enumerate(points)
            if point.value is not None
        ]

    def voids(self, points: Sequence[ChartPoint]) -> list[TrendMark]:
        """Return a mark below the lines for each period that does not compare."""
        return [
            TrendMark(
                self.x_of(Decimal(place)),
                Decimal(HEIGHT - _BOTTOM // 2),
                _title(point),
                is_partial=False,
                is_last=False,
            )
            for place, point in enumerate(points)
            if point.is_void
        ]


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
