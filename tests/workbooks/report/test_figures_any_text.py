"""Tests that any text or format in a figure's cell gives the number as typed and displayed, or is refused."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.observations import CellState, Figure
from tests.examples import examples
from tests.workbooks.numbers.test_number_text import vietnamese
from workbooks.cells.cells import Cell, CellKind
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.displayed_numbers import display_number
from workbooks.numbers.figure_cells import parse_figure_cell
from workbooks.numbers.figure_values import ExpectedFigure

_MANY = settings(max_examples=examples(200), deadline=None)
_WORDS = {"người": "người", "hộ": "hộ"}
_COUNTS = st.integers(0, 10**11)
_MARKS = "0123456789.,% -−+/()'’\u00a0\u202f\u200b\ufeff\u200f\u202e１２．"
_LETTERS = ["người", "hộ", "nghìn", "triệu", "k", "x", "không", "có", "khoảng", "≈", ">", "*", "²", "½", "٣", "e"]
_FORMATS = st.one_of(
    st.text('0#?.,;%-/()"\\_ >[]₫nghìhộE+', max_size=14),
    st.sampled_from(["General", "#,##0", "0.0", "0,", "0.0,,", '0"00"', '0" nghìn"', "#\\.##0", "0;0", "0;;", "# ?/?"]),
)


def _read(
    catalog: Catalog, value: str | Decimal, number_format: str = "General", decimals: int = 0
) -> tuple[Figure, tuple[Issue, ...]]:
    findings = Findings(catalog.texts.issues)
    kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
    cell = Cell("A1", 1, 1, kind, value, str(value), number_format, "", has_formula=False)
    figure = parse_figure_cell(
        cell, FigurePlace("Biểu", "A1"), ExpectedFigure(catalog.marks, _WORDS, decimals), findings
    )
    return figure, findings.issues


def _digits(text: str) -> str:
    """Return the digits of a text in their order, without leading and trailing zeros."""
    return "".join(str(int(mark)) for mark in text if mark.isdecimal()).strip("0")


@_MANY
@given(_COUNTS, st.sampled_from([".", " ", "\u00a0", "\u202f", "\u2007", ""]), st.sampled_from(["", "\u200b", "00"]))
@pytest.mark.parametrize("words", ["", " người", "hộ", " HỘ."])
def test_counts_are_read_back(catalog: Catalog, words: str, number: int, mark: str, before: str) -> None:
    """A count is read unchanged with any separator, invisible characters or zeros before it, and unit words."""
    text = vietnamese(number, mark)
    lead = before if before != "00" or text.isdecimal() else ""
    figure, issues = _read(catalog, f"{lead}{text}{words}")
    assert figure.number == number
    assert issues == ()


@_MANY
@given(st.lists(st.one_of(st.sampled_from(_MARKS), st.sampled_from(_LETTERS)), max_size=12).map("".join))
@example("12 nghìn")
@example("1,2 triệu")
@example("12²")
@example("\u202e12")
def test_no_digit_is_dropped_or_added(catalog: Catalog, text: str) -> None:
    """A number has exactly the digits and the sign of its text."""
    for decimals in (0, 2):
        figure, issues = _read(catalog, text, decimals=decimals)
        if figure.number:
            assert _digits(f"{figure.number:f}") == _digits(text)
            assert (figure.number < 0) == bool(re.search("[-−]", text))
        assert (figure.state is CellState.UNREADABLE) == bool(issues)


@_MANY
@given(st.text("0123456789.,  ", min_size=1, max_size=10))
def test_ambiguous_text_is_refused(catalog: Catalog, text: str) -> None:
    """A text with different meanings in Vietnamese and English is refused, unless in a count only one is whole."""
    readings = {_typed(text, ".", ","), _typed(text, ",", ".")} - {None}
    figure, _ = _read(catalog, text, decimals=2)
    assert figure.number is None or figure.number in readings
    assert figure.number is None or len(readings) == 1
    figure, _ = _read(catalog, text, decimals=0)
    whole = {reading for reading in readings if reading is not None and reading == int(reading)}
    assert figure.number is None or len(readings) == 1 or whole == {figure.number}


def _typed(text: str, thousands: str, point: str) -> Decimal | None:
    """Return the number of a text with thousands separated by one mark (or spaces) and decimals after the other."""
    for mark in (thousands, " "):
        groups = rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+|[0-9]+"
        match = re.fullmatch(rf"({groups})(?:{re.escape(point)}([0-9]+))?", text.strip())
        if match:
            return Decimal(f"{match[1].replace(mark, '')}.{match[2] or 0}")
    return None


@_MANY
@given(st.decimals(-(10**7), 10**7, places=2, allow_nan=False), _FORMATS)
@example(Decimal(69_586_000), "#,##0,")
@example(Decimal(12), '0"000"')
@example(Decimal(-5), "0;0")
def test_parsed_number_was_displayed(catalog: Catalog, number: Decimal, number_format: str) -> None:
    """A number without an issue was displayed with all its digits and sign, unless its format states thousands."""
    figure, issues = _read(catalog, number, number_format)
    if figure.number and not issues:
        text = display_number(number, number_format).text
        assert not text.strip() or "nghì" in text or _digits(text) == _digits(f"{number:f}")
        assert not text.strip() or number > 0 or re.search(r"[-(]", text)


@_MANY
@given(
    _COUNTS.filter(bool),
    st.sampled_from(["dd/mm/yyyy", "d-mmm", "mmm-yy", "[h]:mm", "d/m", "[$-42A]dd mmmm yyyy", "mm:ss"]),
)
def test_number_in_a_date_format_is_no_count(catalog: Catalog, number: int, number_format: str) -> None:
    """No number in a date format is accepted as a count."""
    figure, issues = _read(catalog, Decimal(number), number_format)
    assert figure.state is CellState.UNREADABLE
    assert [issue.code for issue in issues] == ["date_where_number"]
