"""The grammar of typed numbers: what was meant comes back, and nothing is ever a thousand times off in silence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.numbers.number_text import read_number_text

_COUNTS = st.integers(0, 10**11)
_DECIMALS = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)


def vietnamese(number: Decimal | int, mark: str = ".") -> str:
    """A number as Vietnamese officials write it: dots between thousands, a comma before decimals."""
    whole, _, decimals = f"{number:,f}".partition(".")
    return whole.replace(",", mark) + (f",{decimals}" if decimals else "")


@given(_COUNTS, st.sampled_from([".", " ", "\u00a0", "\u202f", ""]))
def test_counts_come_back(number: int, mark: str) -> None:
    """A count written the Vietnamese way, thousands apart by dots, spaces or nothing, reads back the same."""
    read = read_number_text(vietnamese(number, mark), is_count=True)
    assert read is not None
    assert read.readings == (number,)


@given(_DECIMALS, st.booleans())
def test_decimals_come_back(number: Decimal, is_count: bool) -> None:
    """A number of two decimals behind a comma reads back the same, in any field."""
    read = read_number_text(vietnamese(number), is_count=is_count)
    assert read is not None
    assert read.readings == (number,)
    assert read.decimals == 2


@given(st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False))
def test_three_decimals_are_never_taken_for_thousands(number: Decimal) -> None:
    """A number of three decimals reads back as meant, or as ambiguous with what was meant among the readings."""
    for text in (f"{number:f}".replace(".", ","), f"{number:f}"):
        read = read_number_text(text, is_count=False)
        assert read is not None
        assert number in read.readings


@given(st.text("0123456789.,% -\u00a0\u200bxX/", max_size=14), st.booleans())
def test_any_reading_keeps_the_digits(text: str, is_count: bool) -> None:
    """Whatever is read, its digits are those typed, in their order; none is lost or added."""
    read = read_number_text(text, is_count=is_count)
    for number in read.readings if read is not None else ():
        typed = "".join(mark for mark in text if mark.isdigit()).lstrip("0")
        kept = "".join(mark for mark in f"{number:f}" if mark.isdigit()).lstrip("0")
        assert kept.rstrip("0") == typed.rstrip("0")


@given(st.text(max_size=12))
def test_any_text_is_read_or_not(text: str) -> None:
    """No text, however odd, makes the grammar fail."""
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
def test_what_marks_mean(text: str, count: list[str], elsewhere: list[str]) -> None:
    """A mark before fewer than three digits is decimal; before three it depends on the field, or is ambiguous."""
    for is_count, expected in ((True, count), (False, elsewhere)):
        read = read_number_text(text, is_count=is_count)
        assert read is not None
        assert list(read.readings) == [Decimal(number) for number in expected]


@pytest.mark.parametrize(
    "text",
    ["", "%", "-", "1.23.456", "1.2.3", "12.34,5", "1,23,456", "0.123.456", "01.234", "1 23", "12 345 6", "1e5", "½",
     "٣", "5²", "12\n345", "1.234 567", "--5", "5-", "12/5", "1.", ",5", "=5", "5 %%"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    """Malformed groups, other scripts, exponents, footnotes and arithmetic are not guessed at."""
    assert read_number_text(text, is_count=True) is None
