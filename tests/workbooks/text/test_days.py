"""Tests of dates in headings: the range of the figures and the date of signing."""

from datetime import date

import pytest

from workbooks.text.days import date_range_in, signing_date, without_dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)", date(2025, 4, 15), date(2025, 5, 14)),
        ("Từ ngày 15 tháng 4 năm 2025 đến hết ngày 14 tháng 5 năm 2025", date(2025, 4, 15), date(2025, 5, 14)),
        ("từ 15.4 - 14.5.2025", date(2025, 4, 15), date(2025, 5, 14)),
        ("từ 15/12 đến 14/01/2025", date(2024, 12, 15), date(2025, 1, 14)),
        ("TỪ 01-05-2025 TỚI 31-05-2025", date(2025, 5, 1), date(2025, 5, 31)),
    ],
)
def test_ranges(text: str, first: date, last: date) -> None:
    """Ranges are read in all common spellings; a missing year is that of the other date, or the one before."""
    assert date_range_in(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["từ 31/4/2025 đến 14/5/2025", "từ 15/6/2025 đến 14/5/2025", "từ 1 đến 5", "15/4/2025"]
)
def test_invalid_ranges(text: str) -> None:
    """Dates that do not exist, are in the wrong order or stand alone are no range."""
    assert date_range_in(text) is None


def test_signing_date() -> None:
    """Only a line that consists of place and date is a line of signing."""
    assert signing_date("Lâm Sơn, ngày 15 tháng 5 năm 2025") == date(2025, 5, 15)
    assert signing_date("Số liệu tính đến ngày 15 tháng 5 năm 2025, đợt 2") is None
    assert signing_date("Lâm Sơn, ngày … tháng … năm 2025") is None


def test_dates_are_removed_from_a_text() -> None:
    """Only the period's name remains."""
    assert without_dates("tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)").strip() == "tháng 5/2025"
    assert without_dates("ngày 15 tháng 5 năm 2025").strip() == ""
