"""A number becomes a figure only as people see it: formats that divide it, print digits or words, or round it."""

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
)
from workbooks.numbers.number_text import read_number_text
from workbooks.numbers.unit_words import are_known_words, power_of_ten

_AROUND_DIGITS = re.compile(r"(?P<before>\D*)(?P<body>\d(?:.*\d)?)(?P<after>\D*)", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_][^\W\d_ .]*(?:[ .]+[^\W\d_]+)*\.?")
_CURRENCY = "Sc"
"""Unicode's category of ₫, $ and their like, which an accounting format prints beside a count."""


class _Seen(NamedTuple):
    """The number people read in a cell, and the words or currency signs they read beside it."""

    number: Decimal
    words: str


def parse_number_cell(cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings) -> Figure:
    """The figure of a cell that holds a number.

    A number that its format hides was noted where the cell was looked up.
    """
    number = Decimal(str(cell.value))
    look = display_number(number, cell.number_format)
    if not number:
        return _zero(look, cell, place, expected, findings)
    if look.is_percent or "%" in look.text:
        # Excel turns a 5 typed into such a cell into 0.05: nobody can tell a count from a percentage here.
        return refuse_figure("percent_where_count", place, cell_as_text(cell), findings)
    if look.is_date:
        return refuse_figure("date_where_number", place, cell_as_text(cell), findings, likely=likely_typed(cell))
    if look.is_fraction:
        # Excel turns a typed 8/8 into 1, and shows just that.
        return refuse_figure("fraction_where_count", place, cell_as_text(cell), findings)
    if look.text.strip():
        return _visible(look, cell, place, expected, findings)
    return figure_from_number(number, place, cell_as_text(cell), findings)


def _zero(
    look: DisplayedNumber, cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings
) -> Figure:
    """Zero, which may look like zeros, a dash or a blank, but like nothing else."""
    text = "".join(mark for mark in look.text if unicodedata.category(mark) != _CURRENCY).strip()
    digits = {mark for mark in text if mark.isdigit()}
    if digits <= {"0"} and (digits or not text or expected.marks.state_of(text) is CellState.ZERO):
        return figure_from_number(Decimal(0), place, cell_as_text(cell), findings)
    return refuse_figure("shown_otherwise", place, cell_as_text(cell), findings, text)


def _visible(
    look: DisplayedNumber, cell: Cell, place: FigurePlace, expected: ExpectedFigure, findings: Findings
) -> Figure:
    number = Decimal(str(cell.value))
    text = look.text.strip()
    seen = _seen(look)
    if seen is None:
        return refuse_figure("shown_otherwise", place, cell_as_text(cell), findings, text)
    power = power_of_ten(seen.words, expected.marks)
    meant = plain_number(seen.number.scaleb(power))
    if meant != look.rounded.scaleb(look.scale):
        return refuse_ambiguous((plain_number(number), meant), place, cell_as_text(cell), findings)
    figure = figure_from_number(number, place, cell_as_text(cell), findings)
    if figure.number is not None and meant != number:
        findings.issue("shown_rounded", place, found=format_number(figure.number), expected=text)
    if figure.number is not None and not power and not are_known_words(seen.words, expected.words):
        findings.issue("shown_with_words", place, found=text, expected=format_number(figure.number), words=seen.words)
    return figure


def _seen(look: DisplayedNumber) -> _Seen | None:
    """What people read there; None where that is no number, or could be two."""
    signs = "".join(mark for mark in look.text if unicodedata.category(mark) == _CURRENCY)
    match = _AROUND_DIGITS.fullmatch("".join(mark for mark in look.text if mark not in signs))
    if match is None:
        return None
    before, body, after = match["before"].strip(), match["body"], match["after"].strip()
    is_bracketed = before == "(" and after == ")"
    is_negative = is_bracketed or before == "-"
    texts = [] if is_bracketed else [text for text in (before.removeprefix("-"), after) if text]
    if not all(_WORDS.fullmatch(text) for text in texts):
        return None
    size = abs(look.rounded) if body == look.digits else _typed(body)
    if size is None:
        return None
    return _Seen(-size if is_negative else size, " ".join([*texts, signs] if signs else texts))


def _typed(body: str) -> Decimal | None:
    read = read_number_text(body, is_count=True)
    return read.readings[0] if read is not None and not read.is_ambiguous else None
