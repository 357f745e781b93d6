"""Tests of the grammar of typed numbers: no number is silently misread, least of all by a factor of a thousand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.numbers.number_text import read_number_text

_COUNTS = st.integers(0, 10**11)
_DECIMALS = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)


def vietnamese(number: Decimal | int, mark: str = ".") -> str:
    """Format a number as Vietnamese officials write it: dots between thousands, a comma before decimals."""
    whole, _, decimals = f"{number:,f}".partition(".")
    return whole.replace(",", mark) + (f",{decimals}" if decimals else "")


@given(_COUNTS, st.sampled_from([".", " ", "\u00a0", "\u202f", ""]))
def test_counts_are_read_back(number: int, mark: str) -> None:
    """A count in Vietnamese notation, with thousands separated by dots, spaces or nothing, is read unchanged."""
    read = read_number_text(vietnamese(number, mark), is_count=True)
    assert read is not None
    assert read.readings == (number,)


@given(_DECIMALS, st.booleans())
def test_decimals_are_read_back(number: Decimal, is_count: bool) -> None:
    """A number with two decimals after a comma is read unchanged, in any field."""
    read = read_number_text(vietnamese(number), is_count=is_count)
    assert read is not None
    assert read.readings == (number,)
    assert read.decimals == 2


@given(st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False))
def test_three_decimals_are_never_taken_for_thousands(number: Decimal) -> None:
    """A number with three decimals is among the readings, whether these are unique or ambiguous."""
    for text in (f"{number:f}".replace(".", ","), f"{number:f}"):
        read = read_number_text(text, is_count=False)
        assert read is not None
        assert number in read.readings


@given(st.text("0123456789.,% -\u00a0\u200bxX/", max_size=14), st.booleans())
def test_any_reading_keeps_the_digits(text: str, is_count: bool) -> None:
    """A reading has exactly the typed digits, in their order."""
    read = read_number_text(text, is_count=is_count)
    for number in read.readings if read is not None else ():
        typed = "".join(mark for mark in text if mark.isdigit()).lstrip("0")
        kept = "".join(mark for mark in f"{number:f}" if mark.isdigit()).lstrip("0")
        assert kept.rstrip("0") == typed.rstrip("0")


@given(st.text(max_size=12))
def test_any_text_is_read_or_rejected(text: str) -> None:
    """No text raises."""
    read = read_number_text(text, is_count=True)
    assert read is None or all(number.is_finite() for number in read.readings)


@pytest.mark.parametrize(
    ("text", "count", "elsewhere"),
    [
        ("2.450", ["2450"], ["2450", "2.450"]),
        ("1,234", ["1.234", "1234"], ["1.234", "1234"]),
        ("0,125", ["0.125"], ["0.125"]),
        ("0.125", ["0.125"], ["0.125"]),
        ("94,23", ["94.23"], ["94.23"]),
        ("1.234.567,8", ["1234567.8"], ["1234567.8"]),
        ("1,234.5", ["1234.5"], ["1234.5"]),
        ("12345,678", ["12345.678", "12345678"], ["12345.678", "12345678"]),
        ("1000.000", ["1000", "1000000"], ["1000", "1000000"]),
        ("1.000,000", ["1000", "1000000"], ["1000"]),
        ("1,000.000", ["1000", "1000000"], ["1000"]),
        ("1 000,000", ["1000", "1000000"], ["1000"]),
        ("12345,6789", ["12345.6789"], ["12345.6789"]),
        ("-5", ["-5"], ["-5"]),
        ("−5", ["-5"], ["-5"]),
        ("007", ["7"], ["7"]),
    ],
)
def test_meaning_of_marks(text: str, count: list[str], elsewhere: list[str]) -> None:
    """A mark before fewer than three digits is decimal; before three digits it depends on the field or is ambiguous."""
    for is_count, expected in ((True, count), (False, elsewhere)):
        read = read_number_text(text, is_count=is_count)
        assert read is not None
        assert list(read.readings) == [Decimal(number) for number in expected]


@pytest.mark.parametrize(
    "text",
    ["", "%", "-", "1.23.456", "1.2.3", "12.34,5", "1,23,456", "0.123.456", "01.234", "1 23", "12 345 6", "1e5", "½",
     "٣", "5²", "12\n345", "1.234 567", "--5", "5-", "12/5", "1.", ",5", "=5", "5 %%"],
)  # fmt: skip
def test_rejected_texts(text: str) -> None:
    """Malformed groups, other scripts, exponents, footnotes and arithmetic are rejected."""
    assert read_number_text(text, is_count=True) is None
