"""Bars drawn on the page: how far a rate goes, where its target stands, and the same in words for a screen reader."""

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
    """A bar in a box of width 100: `fill` and `mark` are positions in it; `id` is unique on the page."""

    id: str
    fill: Decimal
    mark: Decimal | None
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class RateBars:
    """Makes the bars of one page, numbering them."""

    words: ReportFormatter
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def draw(self, figure: PublishedFigure, value: Decimal | None, name: str) -> Bar:
        """The bar of a rate of that indicator, under a name; a rate above 100 shrinks the scale."""
        target = figure.row.target
        scale = max(_FULL, value or _FULL, target or _FULL)
        shown = self.words.amount(figure, value)
        result = "bar_without_target" if target is None else "bar_with_target"
        return Bar(
            id=f"bar{next(self._numbers)}",
            fill=_position(value or Decimal(0), scale),
            mark=None if target is None else _position(target, scale),
            title=self.words.text("bar_title", name=name, value=shown),
            description=self.words.text(result, value=shown, target=self.words.target(figure)),
        )


def _position(number: Decimal, scale: Decimal) -> Decimal:
    return (_FULL * max(number, Decimal(0)) / scale).quantize(_STEP)
