"""Tests of the grammar of shares in one cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from tests.workbooks.numbers.test_number_text import vietnamese
from tests.workbooks.workbook_edits import make_handmade, save
from workbooks.identify.hints import Hints
from workbooks.numbers.share_text import read_share_text
from workbooks.report.parse import parse_report

_COUNTS = st.integers(0, 10**9)
_WORDS = st.sampled_from(["", " hộ", " hồ sơ", "người"])


@given(_COUNTS, _COUNTS, st.sampled_from([".", " ", "\u00a0", ""]), st.sampled_from(["/", " / ", "／", "/\n"]), _WORDS)
def test_shares_are_read_back(numerator: int, denominator: int, mark: str, stroke: str, words: str) -> None:
    """Both counts of a share are read unchanged with any separators, any stroke and any words."""
    text = f"{vietnamese(numerator, mark)}{stroke}{vietnamese(denominator, mark)}{words} (76,44%)"
    read = read_share_text(text, is_count=True)
    assert read is not None
    assert read.numerator.read.readings == (Decimal(numerator),)
    assert read.denominator.read.readings == (Decimal(denominator),)
    assert (read.denominator.words, read.percent) == (words.strip(), "76,44%")


@pytest.mark.parametrize(
    "text",
    ["", "/", "12/", "/12", "12/15/2025", "5/2025", "05/2025", "a/b", "K/ADTT", "12/15%", "12%/15%", "12 hồ sơ/tháng",
     "12/15 (8)", "12/15 (8 nữ)", "12\n345/400", "1 23/400", "12/15/18", "1/2/3", "12//15", "12/15?", ">12/15"],
)  # fmt: skip
def test_rejected_texts(text: str) -> None:
    """Dates, rates and anything with more than two numbers are rejected."""
    assert read_share_text(text, is_count=True) is None


def test_dots_in_shares_of_decimals() -> None:
    """In a field with decimals a dot before three digits is ambiguous in a share as elsewhere."""
    read = read_share_text("2.450/3", is_count=False)
    assert read is not None
    assert read.numerator.read.is_ambiguous


@given(st.text("0123456789.,/ %()=hộ\n-", max_size=20))
def test_shares_keep_their_digits(text: str) -> None:
    """A share has exactly the typed digits, in their order."""
    read = read_share_text(text, is_count=True)
    if read is None:
        return
    parts = [read.numerator.read, read.denominator.read]
    if any(part.is_ambiguous for part in parts):
        return
    shown = read.percent + "".join(f"{part.readings[0]:f}" for part in parts)
    behind = "".join(f"{part.readings[0]:f}" for part in parts) + read.percent
    assert _digits(text) in {_digits(shown), _digits(behind)}


def _digits(text: str) -> str:
    """Return the digits of a text other than zeros."""
    return "".join(mark for mark in text if mark in "123456789")


def test_a_form_of_shares(catalog: Catalog) -> None:
    """A form that states every share in one long cell is still distinguished from a page of prose."""
    workbook = make_handmade(catalog, "22813", "2025-05")
    sheet = workbook.worksheets[0]
    sheet.title = "Sheet1"
    for row in sheet.iter_rows(min_row=11):
        if row[3].value == 100:
            row[3].value, row[4].value, row[5].value = None, "75 / 100, đạt tỷ lệ     75,00 %", None
    report = parse_report(save(workbook), catalog, Hints("22813_2025-05.xlsx"))
    assert report.issues == ()
    shares = [observation for observation in report.observations if observation.stated is not None]
    assert {share.numerator.number for share in shares} == {Decimal(75)}
    assert {share.stated.number for share in shares if share.stated} == {Decimal(75)}
