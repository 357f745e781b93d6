"""Lines of a form as the template has them, and as formulas refer to them."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.indicators import Indicator

NUMBER, BLANK, NOT_APPLICABLE, TEXT = "number", "blank", "na", "text"
"""States of a figure's cell; what is neither a number nor a mark of the catalogue is text."""


@dataclass(frozen=True, slots=True)
class LineSource:
    """A line of the form, or a village's figure: its indicator, label and cells, and the row that shows its status.

    `denominator` is None where it has no cell of its own. `is_answer`: the cell takes yes or no.
    """

    indicator: Indicator
    label: str
    sheet: str
    row: int
    numerator: str
    denominator: str | None = None
    is_answer: bool = False
    is_of_village: bool = False


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A figure's cell: its address, and the cells of the sheet of checks with its number and its state.

    The number is "" where the figure has none.
    """

    address: str
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line with its cells as formulas refer to them."""

    source: LineSource
    numerator: FigureCell
    denominator: FigureCell | None

    @property
    def indicator(self) -> Indicator:
        """Return the line's indicator."""
        return self.source.indicator

    @property
    def is_of_village(self) -> bool:
        """Return whether the line is a village's figure."""
        return self.source.is_of_village

    def cells(self) -> Iterator[FigureCell]:
        """Yield the line's cells, the denominator first, as the form has them."""
        if self.denominator is not None:
            yield self.denominator
        yield self.numerator
