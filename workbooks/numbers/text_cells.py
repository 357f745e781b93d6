"""Parsing of figures typed as text: numbers, marks such as a dash, and texts that are refused."""

from domain.observations import CellState, Figure
from domain.texts import normalise_name
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.dates import is_date_text
from workbooks.numbers.displayed_numbers import display_text
from workbooks.numbers.figure_values import (
    ExpectedFigure,
    cell_as_text,
    figure_from_number,
    format_number,
    plain_number,
    refuse_ambiguous,
    refuse_figure,
    zero_figure,
)
from workbooks.numbers.number_text import NumberText, read_number_text
from workbooks.numbers.share_text import ShareTerm, read_share_text
from workbooks.numbers.unit_words import are_known_words, power_of_ten, split_unit_words


def parse_text_cell(cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings) -> Figure:
    """Return the figure of a cell that holds a text."""
    text = cell_as_text(cell)
    displayed = display_text(text, cell.number_format).strip()
    if displayed not in {"", text}:
        return refuse_figure("shown_otherwise", place, text, findings, displayed)
    state = expected.marks.state_of(text) or _none_of(text, expected)
    if state is not None:
        return _mark(state, text, place, findings)
    read = read_number_text(text, is_count=expected.is_count)
    if read is not None:
        return figure_from_text(read, (), place, text, findings)
    number, words = split_unit_words(text)
    number_text = read_number_text(number, is_count=expected.is_count) if words else None
    if number_text is None:
        return _refuse(text, place, expected, findings)
    is_own_power = bool(expected.power) and power_of_ten(words, expected.marks) == expected.power
    if is_own_power or are_known_words(words, expected.words):
        return figure_from_text(number_text, ("trailing_unit",), place, text, findings)
    return refuse_words(ShareTerm(number_text, words), place, text, expected, findings)


def figure_from_text(
    read: NumberText, rules: tuple[str, ...], place: FigurePlace, text: str, findings: Findings
) -> Figure:
    """Return the figure of a typed number, with a repair for each of `rules` and of the number's own rules."""
    if read.is_percent:
        return refuse_figure("percent_where_count", place, text, findings)
    if read.is_ambiguous:
        return refuse_ambiguous((read.readings[0], read.readings[1]), place, text, findings)
    figure = figure_from_number(read.readings[0], place, text, findings)
    for rule in (*rules, *read.rules) if figure.number is not None else ():
        findings.repair(rule, place, text, str(figure.number))
    return figure


def refuse_words(
    part: ShareTerm, place: FigurePlace, text: str, expected: ExpectedFigure, findings: Findings
) -> Figure:
    """Refuse a number because of the words after it: a multiplier, or an unknown unit."""
    power = power_of_ten(part.words, expected.marks)
    is_whole = not any(mark.isdigit() for mark in part.words)
    if power and is_whole and not part.read.is_ambiguous:
        number = part.read.readings[0]
        return refuse_ambiguous((number, plain_number(number.scaleb(power))), place, text, findings, "scaled_number")
    known = ", ".join(expected.words.values()) or expected.example
    return refuse_figure("unit_not_known", place, text, findings, known, words=part.words)


def _refuse(text: str, place: FigurePlace, expected: ExpectedFigure, findings: Findings) -> Figure:
    if is_date_text(text):
        return refuse_figure("date_where_number", place, text, findings, likely=text)
    share = read_share_text(text, is_count=expected.is_count)
    if share is not None:
        numerator, denominator = share.numerator.read.readings[0], share.denominator.read.readings[0]
        return refuse_figure(
            "share_where_count",
            place,
            text,
            findings,
            first=format_number(numerator),
            second=format_number(denominator),
        )
    return refuse_figure("text_where_number", place, text, findings, expected.example)


def _none_of(text: str, expected: ExpectedFigure) -> CellState | None:
    """Return zero for a text that denies what is counted: "không có hồ sơ", "không phát sinh hồ sơ"; else None."""
    name = normalise_name(text).strip(" .")
    marks = (mark for mark in expected.marks.zero if name.startswith(f"{mark} "))
    is_none = any(name.removeprefix(mark).strip() in expected.words for mark in marks if mark[0].isalpha())
    return CellState.ZERO if is_none else None


def _mark(state: CellState, text: str, place: FigurePlace, findings: Findings) -> Figure:
    if state is CellState.ZERO:
        findings.repair("mark_zero", place, text, "0")
        return zero_figure(text, place)
    if state is CellState.BLANK:
        findings.repair("mark_no_figure", place, text, "")
    return Figure(state, None, place.cell, text)
