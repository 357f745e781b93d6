"""Interpretation of number formats: dates, percentages, decimals."""

import pytest

from workbooks.cells.formats import (
    date_of_serial,
    has_literal_percent,
    is_date_format,
    is_percent_format,
    shown_decimals,
)


@pytest.mark.parametrize("number_format", ["dd/mm/yyyy", "mm-dd-yy", "[h]:mm:ss", "[$-42A]dd mmmm yyyy", "h:mm AM/PM"])
def test_dates(number_format: str) -> None:
    """Formats with days or times are date formats."""
    assert is_date_format(number_format)


@pytest.mark.parametrize(
    "number_format", ["General", "0.00%", r"_-* #,##0\ _₫_-", '0" hộ dân"', "[Red]0.0", r"#,##0\ \d", "0.00E+00", "@"]
)
def test_no_dates(number_format: str) -> None:
    """Letters in quotes, colours and currencies do not make a date format."""
    assert not is_date_format(number_format)


@pytest.mark.parametrize(
    ("number_format", "multiplies", "prints"),
    [
        ("0%", True, False),
        ("0.00%;[Red]-0.00%", True, False),
        ('0"%"', False, True),
        (r"0\%", False, True),
        ("0", False, False),
    ],
)
def test_percent_signs(number_format: str, multiplies: bool, prints: bool) -> None:
    """A bare percent sign multiplies by a hundred; a quoted one is only printed."""
    assert is_percent_format(number_format) is multiplies
    assert has_literal_percent(number_format) is prints


@pytest.mark.parametrize(
    ("number_format", "decimals"), [("0.00%", 2), ("#,##0", 0), ("General", None), ("@", None), ('0.0" %"', 1)]
)
def test_decimals_shown(number_format: str, decimals: int | None) -> None:
    """A format shows a fixed number of decimals, or depends on the number."""
    assert shown_decimals(number_format) == decimals


@pytest.mark.parametrize("serial", [-1, 2_958_466, 1e300])
def test_days_excel_cannot_show(serial: float) -> None:
    """Serial numbers before 1900 and after 9999 are no dates."""
    assert date_of_serial(serial, since_1904=False) is None


def test_the_day_that_never_was() -> None:
    """Excel counts 29 February 1900; serials before it are shifted by one."""
    shown = [date_of_serial(serial, since_1904=False) for serial in (1, 59, 61)]
    assert [f"{day:%Y-%m-%d}" for day in shown if day] == ["1900-01-01", "1900-02-28", "1900-03-01"]
