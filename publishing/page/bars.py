"""Bars of rates on the page, with the mark of the target and a description for screen readers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure

_FULL = Decimal(100)
_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar on a scale of 0 to 100: `fill` is its length, `mark` the target's position; `id` is unique on the page."""

    id: str
    fill: Decimal
    mark: Decimal | None
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class RateBars:
    """Makes the bars of one page and numbers them."""

    formatter: ReportFormatter
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def draw(self, figure: PublishedFigure, value: Decimal | None, name: str) -> Bar:
        """Make the bar of a rate of that indicator; a rate above 100 extends the scale."""
        target = figure.row.target
        scale = max(_FULL, value or _FULL, target or _FULL)
        shown = self.formatter.amount(figure, value)
        description = "bar_without_target" if target is None else "bar_with_target"
        return Bar(
            id=f"bar{next(self._numbers)}",
            fill=_position(value or Decimal(0), scale),
            mark=None if target is None else _position(target, scale),
            title=self.formatter.text("bar_title", name=name, value=shown),
            description=self.formatter.text(description, value=shown, target=self.formatter.target(figure)),
        )


def _position(number: Decimal, scale: Decimal) -> Decimal:
    return (_FULL * max(number, Decimal(0)) / scale).quantize(_STEP)
