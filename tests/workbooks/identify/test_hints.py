"""Tests of periods and units named in files, folders and lines above a table."""

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from domain.texts import normalise_name
from workbooks.identify.hints import codes_in_name, period_in_words, periods_in_name, units_in_name
from workbooks.text.heading_vocabulary import heading_vocabulary_of


@pytest.mark.parametrize(
    ("name", "periods"),
    [
        ("22813_2025-05.xlsx", ["2025-05"]),
        ("2025-05", ["2025-05"]),
        ("Bao cao T5-2025.xlsx", ["2025-05"]),
        ("báo cáo tháng 05 năm 2025 (1).xlsx", ["2025-05"]),
        ("thang 12.2024", ["2024-12"]),
        ("Quý II-2025.xlsx", ["2025-Q2"]),
        ("2025-q3", ["2025-Q3"]),
        ("bc 2025-H1", ["2025-H1"]),
        ("2025", []),
        ("report 2025-05-16.xlsx", []),
        ("2025-05-16", []),
        ("16.05.2025", []),
        ("2025-13", []),
        ("SXT5 mat52025x", []),
        ("T4-2025 va T5-2025", ["2025-04", "2025-05"]),
        ("MA_NOI_05.2025 (1).xlsx", ["2025-05"]),
        ("BC 2025_05.xlsx.xlsx", ["2025-05"]),
        ("202505 Lam Son - Copy.xlsx", ["2025-05"]),
        ("20250516.xlsx", []),
        ("bc_16_05_2025.xlsx", []),
        ("Báo cáo số 12-2025.xlsx", []),
        ("Quý 2-2025", ["2025-Q2"]),
        ("quý 2.xlsx", []),
        ("Biểu 01-T.xlsx", []),
        ("tháng 4, tháng 5.xlsx", []),
    ],
)
def test_periods_in_names(catalog: Catalog, name: str, periods: list[str]) -> None:
    """A file name gives a period only if it names one; dates, years and codes do not."""
    assert sorted(period.id for period in periods_in_name(name, heading_vocabulary_of(catalog))) == periods


@pytest.mark.parametrize("name", ["Bao cao thang 5 Ma Noi.xlsx", "BC T5.xlsx", "Tháng 05", "T.5 (2).xlsx"])
def test_month_without_a_year_allows_every_year(catalog: Catalog, name: str) -> None:
    """Such a name states the month and leaves the year to other sources."""
    periods = periods_in_name(name, heading_vocabulary_of(catalog))
    assert {period.last_month for period in periods} == {5}
    assert parse_period("2025-05") in periods
    assert parse_period("2026-05") in periods


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)", "2025-05"),
        ("THÁNG 05 NĂM 2025", "2025-05"),
        ("Quý IV năm 2025", "2025-Q4"),
        ("Quý 1/2025", "2025-Q1"),
        ("6 tháng đầu năm 2025", "2025-H1"),
        ("Sáu tháng cuối năm 2025", "2025-H2"),
        ("Năm 2025", "2025"),
        ("Tháng …/2025", None),
        ("Tháng 13/2025", None),
        ("", None),
    ],
)
def test_periods_in_words(text: str, period: str | None) -> None:
    """A heading line is read as a period in all common spellings, or as none."""
    result = period_in_words(normalise_name(text))
    assert (result.id if result else None) == period


def test_codes_have_exactly_five_digits() -> None:
    """A commune's code is five digits that are not part of a longer number."""
    assert codes_in_name("22813_2025-05 (220525) 123456 22816.xlsx") == ("22813", "22816")


def test_candidate_names_are_longest_first(catalog: Catalog) -> None:
    """The end of a unit's name within a file name is unknown, so the longest candidate comes first."""
    result = units_in_name("BC xã Lâm Sơn tháng 5.xlsx", heading_vocabulary_of(catalog))
    assert list(result)[:2] == ["xã lâm sơn tháng", "xã lâm sơn"]
