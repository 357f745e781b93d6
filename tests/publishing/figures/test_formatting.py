"""Numbers, days and times follow the conventions of each language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import (
    format_counts,
    format_day,
    format_number,
    format_percent,
    format_quantity,
    format_time,
    roman,
)


@pytest.mark.parametrize(
    ("number", "vietnamese", "english"),
    [
        ("1234567.5", "1.234.567,5", "1,234,567.5"),
        ("69586", "69.586", "69,586"),
        ("1E+3", "1.000", "1,000"),
        ("0", "0", "0"),
        ("-12.50", "-12,5", "-12.5"),
    ],
)
def test_counts_have_the_separators_of_the_language(number: str, vietnamese: str, english: str) -> None:
    """A dot groups thousands in Vietnamese and marks decimals in English; trailing zeros go."""
    assert (format_number(Decimal(number), "vi"), format_number(Decimal(number), "en")) == (vietnamese, english)


def test_numbers_that_count_are_grouped_in_texts() -> None:
    """Counts have separators of thousands; years, numbers of revisions and texts stay."""
    facts = {"count": 10_035, "year": 2025, "number": 1_234, "total": "1234"}
    assert format_counts(facts, "vi") == facts | {"count": "10.035"}


def test_units_are_grouped_since_the_third_edition(catalog: Catalog) -> None:
    """Coverage of the country reads 9.598/10.035; earlier editions keep their bytes."""
    shown = {edition: ReportFormatter(catalog, "vi", edition) for edition in (SECOND_EDITION, EDITION)}
    assert shown[EDITION].share(9_598, 10_035) == "9.598/10.035"
    assert shown[SECOND_EDITION].share(9_598, 10_035) == "9598/10035"
    assert "10.035" in shown[EDITION].text("units_of", accepted=9_598, expected=10_035)
    assert "10035" in shown[SECOND_EDITION].text("units_of", accepted=9_598, expected=10_035)


@pytest.mark.parametrize(("lang", "expected"), [("vi", "94,20%"), ("en", "94.20%")])
def test_percentages_keep_two_decimals(lang: Lang, expected: str) -> None:
    """A measured rate shows both decimals, even when they are zero."""
    assert format_percent(Decimal("94.2"), lang) == expected


def test_percentages_round_half_up() -> None:
    """Ties are rounded up, as in the CSV file, whatever the decimal context says."""
    assert format_percent(Decimal("0.125"), "en") == "0.13%"


def test_quantity_keeps_its_unit_on_the_line() -> None:
    """Number and unit are joined by a no-break space."""
    assert format_quantity(Decimal(1245), "người", "vi") == "1.245\N{NO-BREAK SPACE}người"


def test_days_follow_the_language_not_the_machine() -> None:
    """Day before month in Vietnamese; the month in letters in English."""
    assert format_day(date(2025, 5, 4), "vi") == "04/05/2025"
    assert format_day(date(2025, 5, 4), "en") == "4 May 2025"


def test_moments_are_formatted_in_vietnams_time() -> None:
    """Time and date are those of UTC+7."""
    assert format_time(datetime(2025, 5, 15, 18, 5, tzinfo=UTC), "vi") == "01:05 16/05/2025"


@pytest.mark.parametrize(("number", "digits"), [(4, "IV"), (8, "VIII"), (19, "XIX"), (45, "XLV"), (94, "XCIV")])
def test_parts_are_numbered_in_roman_digits(number: int, digits: str) -> None:
    """Fours and nines stand before the digit that they are subtracted from."""
    assert roman(number) == digits
