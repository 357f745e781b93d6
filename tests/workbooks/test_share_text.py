"""The grammar of shares in one cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks.test_number_text import vietnamese
from workbooks.share_text import read_share_text

_COUNTS = st.integers(0, 10**9)
_WORDS = st.sampled_from(["", " hộ", " hồ sơ", "người"])


@given(_COUNTS, _COUNTS, st.sampled_from([".", " ", "\u00a0", ""]), st.sampled_from(["/", " / ", "／", "/\n"]), _WORDS)
def test_shares_come_back(numerator: int, denominator: int, mark: str, stroke: str, words: str) -> None:
    """Both counts of a share come back, whatever parts thousands, stands around the stroke or follows."""
    text = f"{vietnamese(numerator, mark)}{stroke}{vietnamese(denominator, mark)}{words} (76,44%)"
    read = read_share_text(text)
    assert read is not None
    assert read.numerator.read.readings == (Decimal(numerator),)
    assert read.denominator.read.readings == (Decimal(denominator),)
    assert (read.denominator.words, read.percent) == (words.strip(), "76,44%")


@pytest.mark.parametrize(
    "text",
    ["", "/", "12/", "/12", "12/15/2025", "5/2025", "05/2025", "a/b", "K/ADTT", "12/15%", "12%/15%", "12 hồ sơ/tháng",
     "12/15 (8)", "12/15 (8 nữ)", "12\n345/400", "1 23/400", "12/15/18", "1/2/3", "12//15", "12/15?", ">12/15"],
)  # fmt: skip
def test_what_is_no_share(text: str) -> None:
    """Dates, rates and anything with more than two numbers are not guessed at."""
    assert read_share_text(text) is None


@given(st.text("0123456789.,/ %()=hộ\n-", max_size=20))
def test_shares_keep_their_digits(text: str) -> None:
    """Whatever is read as a share holds the digits that were typed, in their order."""
    read = read_share_text(text)
    if read is None:
        return
    parts = [read.numerator.read, read.denominator.read]
    if any(part.is_ambiguous for part in parts):
        return
    shown = read.percent + "".join(f"{part.readings[0]:f}" for part in parts)
    behind = "".join(f"{part.readings[0]:f}" for part in parts) + read.percent
    assert _digits(text) in {_digits(shown), _digits(behind)}


def _digits(text: str) -> str:
    """The digits of a text that count: noughts in front and behind are left out."""
    return "".join(mark for mark in text if mark in "123456789")
