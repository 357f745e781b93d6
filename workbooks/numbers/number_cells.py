"""Parsing of stored numbers by their display, since formats may divide, round, or print digits and words."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from domain.observations import CellState, Figure
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.dates import likely_typed
from workbooks.numbers.displayed_numbers import DisplayedNumber, display_number
from workbooks.numbers.figure_values import (
    ExpectedFigure,
    cell_as_text,
    figure_from_number,
    format_number,
    plain_number,
    refuse_ambiguous,
    refuse_figure,
    without_noise,
)
from workbooks.numbers.number_text import read_number_text
from workbooks.numbers.unit_words import are_known_words, power_of_ten

_AROUND_DIGITS = re.compile(r"(?P<before>\D*)(?P<body>\d(?:.*\d)?)(?P<after>\D*)", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_][^\W\d_ .]*(?:[ .]+[^\W\d_]+)*\.?")
_CURRENCY = "Sc"
"""Unicode category of currency signs, which an accounting format prints next to a count."""


class _Reading(NamedTuple):
    """The number displayed in a cell, and the words or currency signs displayed with it."""

    number: Decimal
    words: str


def parse_number_cell(cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings) -> Figure:
    """Return the figure of a cell that holds a number.

    A number hidden by its format has been noted when the cell was looked up.
    """
    number = Decimal(str(cell.value))
    displayed = display_number(without_noise(number), cell.number_format)
    if not without_noise(number):
        return _zero(displayed, cell, place, expected, findings)
    if displayed.is_percent or "%" in displayed.text:
        # Excel turns a 5 typed into such a cell into 0.05, so a count cannot be told from a percentage.
        return refuse_figure("percent_where_count", place, cell_as_text(cell), findings)
    if displayed.is_date:
        return refuse_figure("date_where_number", place, cell_as_text(cell), findings, likely=likely_typed(cell))
    if displayed.is_fraction:
        # Excel turns a typed 8/8 into 1, and displays "1".
        return refuse_figure("fraction_where_count", place, cell_as_text(cell), findings)
    if displayed.text.strip():
        return _visible(displayed, cell, place, expected, findings)
    return figure_from_number(number, place, cell_as_text(cell), findings)


def _zero(
    displayed: DisplayedNumber, cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings
) -> Figure:
    """Return the figure of a zero, which may be displayed as zeros, a dash or a blank, but not otherwise."""
    text = "".join(mark for mark in displayed.text if unicodedata.category(mark) != _CURRENCY).strip()
    digits = {mark for mark in text if mark.isdigit()}
    if digits <= {"0"} and (digits or not text or expected.marks.state_of(text) is CellState.ZERO):
        return figure_from_number(Decimal(str(cell.value)), place, cell_as_text(cell), findings)
    return refuse_figure("shown_otherwise", place, cell_as_text(cell), findings, text)


def _visible(
    displayed: DisplayedNumber, cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings
) -> Figure:
    typed = Decimal(str(cell.value))
    number = without_noise(typed)
    text = displayed.text.strip()
    reading = _displayed_reading(displayed)
    if reading is None:
        return refuse_figure("shown_otherwise", place, cell_as_text(cell), findings, text)
    # "12 triệu" is 12 where the indicator itself counts millions.
    power = power_of_ten(reading.words, expected.marks)
    power = 0 if power == expected.power else power
    meaning = plain_number(reading.number.scaleb(power))
    if meaning != displayed.rounded.scaleb(displayed.scale):
        return refuse_ambiguous((plain_number(number), meaning), place, cell_as_text(cell), findings)
    figure = figure_from_number(typed, place, cell_as_text(cell), findings)
    if figure.number is not None and meaning != number:
        findings.issue("shown_rounded", place, found=format_number(figure.number), expected=text)
    is_own = bool(expected.power) and power_of_ten(reading.words, expected.marks) == expected.power
    if figure.number is not None and not power and not is_own and not are_known_words(reading.words, expected.words):
        findings.issue(
            "shown_with_words", place, found=text, expected=format_number(figure.number), words=reading.words
        )
    return figure


def _displayed_reading(displayed: DisplayedNumber) -> _Reading | None:
    """Return the displayed number and words, None if the display is no number or ambiguous."""
    signs = "".join(mark for mark in displayed.text if unicodedata.category(mark) == _CURRENCY)
    match = _AROUND_DIGITS.fullmatch("".join(mark for mark in displayed.text if mark not in signs))
    if match is None:
        return None
    before, body, after = match["before"].strip(), match["body"], match["after"].strip()
    is_bracketed = before == "(" and after == ")"
    is_negative = is_bracketed or before == "-"
    texts = [] if is_bracketed else [text for text in (before.removeprefix("-"), after) if text]
    if not all(_WORDS.fullmatch(text) for text in texts):
        return None
    size = abs(displayed.rounded) if body == displayed.digits else _typed(body)
    if size is None:
        return None
    return _Reading(-size if is_negative else size, " ".join([*texts, signs] if signs else texts))


def _typed(body: str) -> Decimal | None:
    read = read_number_text(body, is_count=True)
    return read.readings[0] if read is not None and not read.is_ambiguous else None
