"""What a line of a form costs those who fill it in, and how little it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.quality.reporting import Share


@dataclass(frozen=True, slots=True)
class LineBurden:
    """A line of a form over some periods.

    `typed` cells were typed in files that were accepted; `returned` and `questioned` are the files that were returned,
    or asked about, because of the line. `unchanged` are figures equal to those of the unit's period before, of all that
    have one; `zero` those that are zero, of all. `is_published`: a figure of it is published.
    """

    indicator: str
    typed: int
    returned: int
    questioned: int
    unchanged: Share
    zero: Share
    is_published: bool

    @property
    def cost(self) -> int:
        """Return what it costs: cells typed, and a cell more for each file that came back or was asked about for it."""
        return self.typed + self.returned + self.questioned

    @property
    def silence(self) -> Decimal:
        """Return how little it says, from 0 to 100: all of a line that is not published or is always zero.

        Else the share of figures that are those of the period before.
        """
        if not self.is_published or (self.zero.whole and self.zero.part == self.zero.whole):
            return Decimal(100)
        return self.unchanged.percent or Decimal(0)


@dataclass(frozen=True, slots=True)
class FormBurden:
    """What all lines of a form cost: cells typed, files that came back or were asked about, counted at each line."""

    typed: int
    returned: int
    questioned: int


def sum_of(lines: Iterable[LineBurden]) -> FormBurden:
    """Return what lines cost together."""
    typed = returned = questioned = 0
    for line in lines:
        typed, returned, questioned = typed + line.typed, returned + line.returned, questioned + line.questioned
    return FormBurden(typed, returned, questioned)


def dearest_first(lines: Iterable[LineBurden]) -> list[LineBurden]:
    """Return lines by what they cost for nothing: cost times silence, then cost, then the indicator's code."""
    return sorted(lines, key=lambda line: (-line.cost * line.silence, -line.cost, line.indicator))
