"""Formatting of figures on the terminal."""

from decimal import Decimal

from cli.output.terminal import Terminal
from domain.indicators import Measure
from domain.rollups import RollupRow
from publishing.figures.formatting import format_number, format_percent, format_quantity


def figure_of(terminal: Terminal, indicator: str, value: Decimal | None, row: RollupRow | None = None) -> str:
    """Format a value of an indicator with its unit; given its row, with numerator and denominator."""
    if value is None:
        return "" if row is None else terminal.text("no_figure")
    known = terminal.catalog.indicators[indicator]
    if known.measure is Measure.COUNT:
        return format_quantity(value, known.unit.get(terminal.lang), terminal.lang)
    percent = format_percent(value, terminal.lang)
    if row is None or row.numerator is None or row.denominator is None:
        return percent
    return f"{percent} = {number_of(terminal, row.numerator)}/{number_of(terminal, row.denominator)}"


def number_of(terminal: Terminal, number: Decimal | None) -> str:
    """Format a number with thousands separators; None as an empty text."""
    return "" if number is None else format_number(number, terminal.lang)
