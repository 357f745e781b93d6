"""Dates in place of figures: numbers that Excel turned into dates, and texts that are dates, day first."""

import re
from datetime import date, datetime

from workbooks.cells.cells import Cell
from workbooks.numbers.number_text import clean_text

_DAY_MONTH_YEAR = re.compile(r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4}|[0-9]{2})")
_MONTH_YEAR = re.compile(r"(?P<month>0?[1-9]|1[0-2])[/-](?P<year>(?:19|20)[0-9]{2})")
_CENTURY = 2000
# No report contains an earlier date: a small number was typed into a cell that still had a date format.
_FIRST_YEAR = 1950


def is_date_text(text: str) -> bool:
    """Return whether a text is a date (15/05/2025, day first) or a month of a year (5/2025)."""
    cleaned, _ = clean_text(text)
    if _MONTH_YEAR.fullmatch(cleaned):
        return True
    match = _DAY_MONTH_YEAR.fullmatch(cleaned)
    if match is None:
        return False
    year = int(match["year"])
    try:
        date(year if year > 99 else _CENTURY + year, int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    return True


def likely_typed(cell: Cell) -> str:
    """Return what was probably typed before Excel turned it into a date: "8/8", or a number in a date format."""
    day = cell.value
    if not isinstance(day, datetime):
        return cell.raw
    if day.year < _FIRST_YEAR:
        return cell.raw
    return f"{day.day}/{day.month}" if day.day > 1 else f"{day.day}/{day.month}, {day.month}/{day.year}"
