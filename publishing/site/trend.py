"""A trend drawn as a line of SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_WIDTH, _TOP, _BOTTOM = 240, 4, 44
_FEWEST = 2


@dataclass(frozen=True)
class Trend:
    """A line for each run of successive values, as points of a `polyline`, and what it shows in words."""

    lines: tuple[str, ...]
    description: str


def trend(values: Sequence[Decimal | None], breaks: Sequence[bool], description: str) -> Trend | None:
    """Return the trend of values by period; None where fewer than two are known.

    `breaks` says of each value that it cannot be compared with those before it: there the line is interrupted.
    """
    known = [value for value in values if value is not None]
    if len(known) < _FEWEST:
        return None
    low, high = min(known), max(known)
    span = high - low or Decimal(1)
    lines: list[list[str]] = [[]]
    for place, (value, is_break) in enumerate(zip(values, breaks, strict=True)):
        if value is None or is_break:
            lines.append([])
        if value is not None:
            x = round(_WIDTH * place / (len(values) - 1), 1)
            y = round(float(_BOTTOM - (value - low) / span * (_BOTTOM - _TOP)), 1)
            lines[-1].append(f"{x:g},{y:g}")
    # A single point has no length: drawn with round ends it is a dot.
    return Trend(tuple(" ".join(line if len(line) > 1 else line * 2) for line in lines if line), description)
