"""A figure typed as text: a number, a mark that stands for something, or something nobody may guess at."""

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
    """The figure of a cell that holds a text."""
    text = cell_as_text(cell)
    look = display_text(text, cell.number_format).strip()
    if look not in {"", text}:
        return refuse_figure("shown_otherwise", place, text, findings, look)
    state = expected.marks.state_of(text) or _none_of(text, expected)
    if state is not None:
        return _mark(state, text, place, findings)
    read = read_number_text(text, is_count=expected.is_count)
    if read is not None:
        return figure_from_text(read, (), place, text, findings)
    number, words = split_unit_words(text)
    counted = read_number_text(number, is_count=expected.is_count) if words else None
    if counted is None:
        return _refuse(text, place, expected, findings)
    if are_known_words(words, expected.words):
        return figure_from_text(counted, ("trailing_unit",), place, text, findings)
    return refuse_words(ShareTerm(counted, words), place, text, expected, findings)


def figure_from_text(
    read: NumberText, rules: tuple[str, ...], place: FigurePlace, text: str, findings: Findings
) -> Figure:
    """The figure of a number that was typed, its tolerances recorded, `rules` before those of the number itself."""
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
    """Refuse a number for the words behind it: they multiply it, or count something else."""
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
    """Zero where a text says that there are none of what is counted: "không có hồ sơ", "không phát sinh hồ sơ"."""
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
