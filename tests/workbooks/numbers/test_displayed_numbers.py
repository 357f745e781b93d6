"""Tests of the display of numbers under formats, against what Excel displays in each case."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.numbers.displayed_numbers import display_number, display_text

_ACCOUNTING = r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)'
_NUMBERS = st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("number", "number_format", "text"),
    [
        ("12", "General", "12"),
        ("-12.5", "General", "-12,5"),
        ("12", "", "12"),
        ("12", "[Red]", "12"),
        ("12.5", 'General" hộ"', "12,5 hộ"),
        ("1234567", "#,##0", "1234567"),
        ("0.5", "#", "1"),
        ("0", "#,###", ""),
        ("12", "#.##", "12"),
        ("12", "0000", "0012"),
        ("1234", "000-0000", "000-1234"),
        ("12", '"Tổng: "0" hộ"', "Tổng: 12 hộ"),
        ("0", _ACCOUNTING, "-"),
        ("-5", _ACCOUNTING, "(5)"),
        ("5", _ACCOUNTING, "5"),
        ("5", ";;;", ""),
        ("0", "0;-0;;@", ""),
        ("69586000", "#,##0,", "69586"),
        ("1250000", "0.0,,", "1,3"),
        ("0.9423", "0.00%", "94,23%"),
        ("1234567", "0.00E+00", "1230000"),
        ("1234567", "##0.0E+0", "1200000"),
        ("12", "[$₫-42A]\\ #,##0", "₫ 12"),
        ("12", "[$-42A]0", "12"),
        ("150", '[>100]0" cao";0', "150 cao"),
        ("50", '[>100]0" cao";0', "50"),
        ("50", "[>100]0", ""),
        ("12", "@", "12"),
        ("5", r"#\.##0", ".5"),
    ],
)
def test_texts(number: str, number_format: str, text: str) -> None:
    """Numbers are displayed as in Excel, without thousands separators and with a decimal comma."""
    assert display_number(Decimal(number), number_format).text.strip() == text


@pytest.mark.parametrize(
    ("number_format", "kind"),
    [
        ("dd/mm/yyyy", "is_date"),
        ("[h]:mm", "is_date"),
        ("0;dd/mm", ""),
        ("# ?/?", "is_fraction"),
        ("# ??/16", "is_fraction"),
        ('0"/"0', ""),
        ("0%", "is_percent"),
        ('0"%"', ""),
    ],
)
def test_kinds(number_format: str, kind: str) -> None:
    """Dates, fractions and percentages are recognised by the section that displays the number."""
    displayed = display_number(Decimal(5), number_format)
    assert [name for name in ("is_date", "is_fraction", "is_percent") if getattr(displayed, name)] == [kind][
        : bool(kind)
    ]


@pytest.mark.parametrize(
    ("number_format", "text"),
    [("General", "12"), ("0", "12"), ("@", "12"), ('@" hộ"', "12 hộ"), ("0;0;0;", ""), (_ACCOUNTING, "12")],
)
def test_display_of_texts(number_format: str, text: str) -> None:
    """Only the last section of a format may hide a text or add literals to it."""
    assert display_text("12", number_format).strip() == text


@given(_NUMBERS, st.sampled_from(["General", "0.000", "#,##0.000", "@", "0.000;-0.000"]))
def test_formats_that_display_all_digits(number: Decimal, number_format: str) -> None:
    """A format with a place for every decimal displays the exact number."""
    displayed = display_number(number, number_format)
    assert displayed.rounded == number
    assert Decimal(displayed.text.replace(",", ".")) == number


@given(_NUMBERS, st.text('0#?.,;%E+-/@"\\_*[]$>0dmyhs ₫nghìn', max_size=20))
def test_any_format(number: Decimal, number_format: str) -> None:
    """No format, however malformed, raises."""
    assert isinstance(display_number(number, number_format).text, str)
    assert isinstance(display_text("12", number_format), str)
