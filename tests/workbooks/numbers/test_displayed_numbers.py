"""How numbers look under their formats: the oracle is what Excel shows, written down here case by case."""

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
    """A number looks in its cell as Excel shows it, thousands unmarked, decimals behind a comma."""
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
    """Dates, fractions and percentages are told by the section that shows the number."""
    look = display_number(Decimal(5), number_format)
    assert [name for name in ("is_date", "is_fraction", "is_percent") if getattr(look, name)] == [kind][: bool(kind)]


@pytest.mark.parametrize(
    ("number_format", "text"),
    [("General", "12"), ("0", "12"), ("@", "12"), ('@" hộ"', "12 hộ"), ("0;0;0;", ""), (_ACCOUNTING, "12")],
)
def test_looks_of_texts(number_format: str, text: str) -> None:
    """The last section of a format may hide a text or add to it; the others leave it alone."""
    assert display_text("12", number_format).strip() == text


@given(_NUMBERS, st.sampled_from(["General", "0.000", "#,##0.000", "@", "0.000;-0.000"]))
def test_formats_that_show_everything(number: Decimal, number_format: str) -> None:
    """A format with room for every decimal shows the number itself."""
    look = display_number(number, number_format)
    assert look.rounded == number
    assert Decimal(look.text.replace(",", ".")) == number


@given(_NUMBERS, st.text('0#?.,;%E+-/@"\\_*[]$>0dmyhs ₫nghìn', max_size=20))
def test_any_format(number: Decimal, number_format: str) -> None:
    """No format, however broken, makes looking fail."""
    assert isinstance(display_number(number, number_format).text, str)
    assert isinstance(display_text("12", number_format), str)
