"""A figure's cell becomes a number, zero, blank or not applicable; tolerances are recorded, doubts are issues."""  # noqa: A005 - never run as a file

from datetime import datetime
from decimal import Decimal

from domain.catalog import CellMarks
from domain.observations import CellState, Figure
from workbooks.cells import Cell, CellKind
from workbooks.findings import Findings, Place
from workbooks.formats import has_literal_percent, is_date_format, is_percent_format, shown_scale
from workbooks.number_text import NumberText, read_number_text

TOO_LARGE = Decimal(10) ** 12
"""No figure of a commune comes near a million million; what does is a typing error."""

MOST_DECIMALS = 6
"""What the warehouse keeps exactly; a figure with more is the result of a division, not a count or a sum."""

_NO_NUMBER = {
    CellKind.ERROR: "error_value",
    CellKind.UNCACHED: "formula_without_value",
    CellKind.DATE: "date_where_number",
    CellKind.BOOL: "text_where_number",
}


def parse_number(
    cell: Cell | None, place: Place, marks: CellMarks, findings: Findings, *, decimals: int, unit: str = ""
) -> Figure:
    """The figure of an input cell.

    `decimals` is how many the indicator may have (0: a count, where "2.450" is 2450); `unit` a word that may follow the
    number ("12 người"). Whatever cannot be read comes back as `unreadable`, with an issue noted.
    """
    if cell is None or cell.is_empty:
        return Figure(CellState.BLANK, None, place.cell, "")
    if cell.kind is CellKind.NUMBER:
        return _parse_numeric(cell, place, findings)
    if cell.kind is CellKind.TEXT:
        return _parse_text(cell, place, marks, findings, decimals=decimals, unit=unit)
    return unreadable(cell, _NO_NUMBER[cell.kind], place, findings, example=_example(decimals))


def figure_of(number: Decimal, place: Place, raw: str, findings: Findings) -> Figure:
    """The figure of a number: zero or value; one that no commune can have is an issue and stays unreadable."""
    if abs(number) >= TOO_LARGE:
        findings.issue("number_too_large", place, found=raw)
        return Figure(CellState.UNREADABLE, None, place.cell, raw)
    if count_decimals(number) > MOST_DECIMALS:
        findings.issue("too_many_decimals", place, found=raw)
        return Figure(CellState.UNREADABLE, None, place.cell, raw)
    if not number:
        return Figure(CellState.ZERO, Decimal(0), place.cell, raw)
    return Figure(CellState.VALUE, plain(number), place.cell, raw)


def plain(number: Decimal) -> Decimal:
    """The same number without an exponent and without decimals that say nothing (69586.0 is 69586)."""
    whole = number.to_integral_value()
    return Decimal(int(whole)) if whole == number else Decimal(f"{number.normalize():f}")


def count_decimals(number: Decimal) -> int:
    """How many decimals a number has, trailing zeros left out."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shown(cell: Cell) -> str:
    """What an official would say stands in the cell, for a message."""
    match cell.value:
        case bool() as truth:
            return "TRUE" if truth else "FALSE"
        case Decimal() as number:
            return str(plain(number)) if abs(number) < TOO_LARGE else cell.raw
        case str() as text:
            return text.strip()
        case None:
            return ""
        case datetime() as day:
            return f"{day:%d/%m/%Y}"


def _example(decimals: int) -> str:
    """How a number is written, for the message: thousands unmarked, decimals behind a comma."""
    return "1234" if decimals == 0 else "1234,5"


def unreadable(cell: Cell, code: str, place: Place, findings: Findings, example: str | None = None) -> Figure:
    """The figure of a cell that cannot be read, the reason noted."""
    findings.issue(code, place, found=shown(cell), expected=example)
    return Figure(CellState.UNREADABLE, None, place.cell, shown(cell))


def _parse_numeric(cell: Cell, place: Place, findings: Findings) -> Figure:
    number = Decimal(str(cell.value))
    if number and (is_percent_format(cell.number_format) or has_literal_percent(cell.number_format)):
        # Excel turns a 5 typed into such a cell into 0.05: nobody can tell a count from a percentage here.
        return unreadable(cell, "percent_where_count", place, findings)
    if number and is_date_format(cell.number_format):
        return unreadable(cell, "date_where_number", place, findings)
    scale = shown_scale(cell.number_format)
    if number and scale:
        # People see another number than the cell holds: nobody can tell which of the two is meant.
        seen = number.scaleb(-scale)
        small, large = sorted((plain(number), plain(seen)), key=abs)
        facts = {"first": _vietnamese(small), "second": _vietnamese(large)}
        findings.issue("ambiguous_number", place, found=shown(cell), **facts)
        return Figure(CellState.UNREADABLE, None, place.cell, shown(cell))
    return figure_of(number, place, shown(cell), findings)


def _parse_text(cell: Cell, place: Place, marks: CellMarks, findings: Findings, *, decimals: int, unit: str) -> Figure:
    text = shown(cell)
    state = marks.state_of(text)
    if state is not None:
        return _parse_mark(state, text, place, findings)
    read = read_number_text(text, is_count=decimals == 0)
    rules: list[str] = []
    if read is None and unit and text.casefold().endswith(unit.casefold()):
        read = read_number_text(text[: -len(unit)], is_count=decimals == 0)
        rules.append("trailing_unit")
    if read is None:
        return unreadable(cell, "text_where_number", place, findings, example=_example(decimals))
    if read.is_percent:
        return unreadable(cell, "percent_where_count", place, findings)
    if read.is_ambiguous:
        note_ambiguous(read, text, place, findings)
        return Figure(CellState.UNREADABLE, None, place.cell, text)
    figure = figure_of(read.readings[0], place, text, findings)
    for rule in (*rules, *read.rules) if figure.number is not None else ():
        findings.repair(rule, place, text, str(figure.number))
    return figure


def _parse_mark(state: CellState, text: str, place: Place, findings: Findings) -> Figure:
    if state is CellState.ZERO:
        findings.repair("mark_zero", place, text, "0")
        return Figure(state, Decimal(0), place.cell, text)
    if state is CellState.BLANK:
        findings.repair("mark_no_figure", place, text, "")
    return Figure(state, None, place.cell, text)


def note_ambiguous(read: NumberText, text: str, place: Place, findings: Findings) -> None:
    """Note that a text can stand for two numbers, and which."""
    small, large = sorted(read.readings, key=abs)
    findings.issue("ambiguous_number", place, found=text, first=_vietnamese(small), second=_vietnamese(large))


def _vietnamese(number: Decimal) -> str:
    """A number with a decimal comma, its thousands apart by spaces so that no reader takes one mark for the other."""
    whole, _, decimals = f"{number:f}".partition(".")
    spaced = f"{int(whole):,}".replace(",", "\u00a0")
    return f"{spaced},{decimals}" if decimals else spaced
