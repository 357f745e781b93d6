"""Construction of figures from numbers within plausible bounds, and refusal of cells that hold no figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from domain.catalog.marks import CellMarks
from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings

TOO_LARGE = Decimal(10) ** 12
"""No figure of a commune comes near a million million; larger numbers are typing errors."""

MOST_DECIMALS = 6
"""Decimals that the warehouse stores exactly; a figure with more is a quotient, not a count or a sum."""

_NOISE = Decimal("1e-9")
"""Relative size up to which a difference is the noise of binary arithmetic: Excel itself shows 15 digits."""


@dataclass(frozen=True, slots=True)
class ExpectedFigure:
    """Content that a figure's cell may have.

    `decimals` is the number of decimals allowed (0: a count, where "2.450" is 2450); `words` are the unit words that
    may follow the number ("12 người"), by normalised word; `power` is the power of ten of the indicator's own unit.
    """

    marks: CellMarks
    words: Mapping[str, str] = field(default_factory=dict)
    decimals: int = 0
    power: int = 0

    @property
    def is_count(self) -> bool:
        """Return whether only whole numbers are allowed."""
        return self.decimals == 0

    @property
    def example(self) -> str:
        """Return an example for messages: no thousands separator, decimals after a comma."""
        return "1234" if self.is_count else "1234,5"


def without_noise(number: Decimal) -> Decimal:
    """Return the number that a person sees in the noise of binary arithmetic: 86.99999999999999 is 87."""
    if count_decimals(number) <= MOST_DECIMALS:
        return number
    settled = round(number, MOST_DECIMALS)
    return plain_number(settled) if abs(number - settled) <= _NOISE * max(Decimal(1), abs(number)) else number


def figure_from_number(number: Decimal, place: FigurePlace, raw: str, findings: Findings) -> Figure:
    """Return the figure of a number; an implausible number is noted as an issue and stays unreadable."""
    settled = without_noise(number)
    if settled != number:
        findings.repair("float_noise", place, raw, str(settled))
    number = settled
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
    """Note an issue and return an unreadable figure."""
    findings.issue(code, place, found=found, expected=expected, **facts)
    return Figure(CellState.UNREADABLE, None, place.cell, found)


def refuse_ambiguous(
    readings: tuple[Decimal, Decimal],
    place: FigurePlace,
    text: str,
    findings: Findings,
    code: str = "ambiguous_number",
) -> Figure:
    """Refuse a cell that can mean two numbers, and name both in the issue."""
    small, large = sorted(readings, key=abs)
    return refuse_figure(code, place, text, findings, first=format_number(small), second=format_number(large))


def plain_number(number: Decimal) -> Decimal:
    """Return the number without exponent and trailing zeros after the point (69586.0 is 69586)."""
    whole = number.to_integral_value()
    return Decimal(int(whole)) if whole == number else Decimal(f"{number.normalize():f}")


def count_decimals(number: Decimal) -> int:
    """Return how many decimals a number has, without trailing zeros."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_number(number: Decimal) -> str:
    """Format a number with a decimal comma, and with spaces between thousands, which cannot be mistaken for it."""
    whole, _, decimals = f"{number:f}".partition(".")
    spaced = f"{int(whole):,}".replace(",", "\u00a0")
    spaced = f"-{spaced}" if number < 0 and not spaced.startswith("-") else spaced
    return f"{spaced},{decimals}" if decimals else spaced


def zero_figure(text: str, place: FigurePlace) -> Figure:
    """Return the figure of a mark that means zero."""
    return Figure(CellState.ZERO, Decimal(0), place.cell, text)


def cell_as_text(cell: Cell) -> str:
    """Return the content of a cell as a text that an official recognises in a message."""
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
