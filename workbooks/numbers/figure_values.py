"""Figures and what is noted of them: a number becomes one if a commune can have it, an unreadable cell says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from domain.catalog.catalog import CellMarks
from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings

TOO_LARGE = Decimal(10) ** 12
"""No figure of a commune comes near a million million; what does is a typing error."""

MOST_DECIMALS = 6
"""What the warehouse keeps exactly; a figure with more is the result of a division, not a count or a sum."""


@dataclass(frozen=True, slots=True)
class ExpectedFigure:
    """What may stand in a figure's cell.

    `decimals` is how many the figure may have (0: a count, where "2.450" is 2450), `words` those that may follow the
    number ("12 người"), by normalised word.
    """

    marks: CellMarks
    words: Mapping[str, str] = field(default_factory=dict)
    decimals: int = 0

    @property
    def is_count(self) -> bool:
        """Whether only whole numbers are asked for."""
        return self.decimals == 0

    @property
    def example(self) -> str:
        """How a number is written, for the message: thousands unmarked, decimals behind a comma."""
        return "1234" if self.is_count else "1234,5"


def figure_from_number(number: Decimal, place: FigurePlace, raw: str, findings: Findings) -> Figure:
    """The figure of a number: zero or value; one that no commune can have is an issue and stays unreadable."""
    if abs(number) >= TOO_LARGE:
        return refuse_figure("number_too_large", place, raw, findings)
    if count_decimals(number) > MOST_DECIMALS:
        return refuse_figure("too_many_decimals", place, raw, findings)
    if not number:
        return Figure(CellState.ZERO, Decimal(0), place.cell, raw)
    return Figure(CellState.VALUE, plain_number(number), place.cell, raw)


def refuse_figure(
    code: str, place: FigurePlace, found: str, findings: Findings, expected: str | None = None, **facts: str
) -> Figure:
    """The figure of a cell that cannot be read, the reason noted."""
    findings.issue(code, place, found=found, expected=expected, **facts)
    return Figure(CellState.UNREADABLE, None, place.cell, found)


def refuse_ambiguous(
    readings: tuple[Decimal, Decimal],
    place: FigurePlace,
    match: str,
    findings: Findings,
    code: str = "ambiguous_number",
) -> Figure:
    """The figure of a cell that can stand for two numbers: neither, both of them noted."""
    small, large = sorted(readings, key=abs)
    return refuse_figure(code, place, match, findings, first=format_number(small), second=format_number(large))


def plain_number(number: Decimal) -> Decimal:
    """The same number without an exponent and without decimals that say nothing (69586.0 is 69586)."""
    whole = number.to_integral_value()
    return Decimal(int(whole)) if whole == number else Decimal(f"{number.normalize():f}")


def count_decimals(number: Decimal) -> int:
    """How many decimals a number has, trailing zeros left out."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_number(number: Decimal) -> str:
    """A number with a decimal comma, its thousands apart by spaces so that no reader takes one mark for the other."""
    whole, _, decimals = f"{number:f}".partition(".")
    spaced = f"{int(whole):,}".replace(",", "\u00a0")
    spaced = f"-{spaced}" if number < 0 and not spaced.startswith("-") else spaced
    return f"{spaced},{decimals}" if decimals else spaced


def zero_figure(text: str, place: FigurePlace) -> Figure:
    """The figure of a mark that stands for zero."""
    return Figure(CellState.ZERO, Decimal(0), place.cell, text)


def cell_as_text(cell: Cell) -> str:
    """What an official would say stands in the cell, for a message."""
    match cell.value:
        case bool() as truth:
            return "TRUE" if truth else "FALSE"
        case Decimal() as number:
            return str(plain_number(number)) if abs(number) < TOO_LARGE else cell.raw
        case str() as text:
            return text.strip()
        case None:
            return ""
        case datetime() as day:
            return f"{day:%d/%m/%Y}"
