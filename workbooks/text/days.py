"""Dates in heading lines: the range that the figures cover, and the date of signing."""

import re
from collections.abc import Iterable
from datetime import date

from domain.texts import normalise_name

_DAY = r"(?:ngày\s*)?(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})(?:\s*(?:[/.-]|năm)\s*(\d{4}|[2-4]\d(?!\d)))?"
_SPAN = re.compile(rf"từ\s*{_DAY}\s*(?:đến|tới|-)\s*(?:hết\s*)?{_DAY}")
_UNTIL = re.compile(
    rf"\W*(?:số liệu\s*)?(?:(?:được\s*)?(?:tính|lấy|chốt|cập nhật)\s*)?(?:đến|tới)\s*(?:hết\s*)?{_DAY}\W*"
)
_DAY_IN_TEXT = re.compile(r"ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}")
_CENTURY = 2000
_MANY_MONTHS = re.compile(
    r"\b\d{1,2} tháng (?:đầu |cuối )?năm\b|\btừ đầu năm\b"
    r"|\btừ tháng (\d{1,2})\b.{0,12}?(?:đến|tới|-)\s*(?:hết\s*)?tháng (?!\1\b)\d"
)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)")
_SIGNED = re.compile(
    r"(?:[^,]{1,60},\s*(?:ngày\s*)?|ngày\s*)?(\d{1,2})\s*(?:tháng|[/.-])\s*(\d{1,2})\s*(?:năm|[/.-])\s*(\d{4})\W*"
)
_YEARLESS_DAY = re.compile(r"(?<![\d/.-])(\d{1,2})\s*(?:tháng|/)\s*(\d{1,2})(?![\d/.-])")
_ANY_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*(?:tháng|[/.-])\s*(\d{1,2})\s*(?:năm|[/.-])\s*(\d{4}|[2-4]\d)(?!\d)")


def date_range_in(text: str) -> tuple[date, date] | None:
    """Return first and last day of "từ 15/4/2025 đến 14/5/2025", or None; one year may serve both."""
    match = _SPAN.search(normalise_name(text))
    if match is None or not (match[6] or match[3]):
        return None
    last_year = int(match[6] or match[3])
    first_year = int(match[3]) if match[3] else last_year - (int(match[2]) > int(match[5]))
    first, last = _day(first_year, match[2], match[1]), _day(last_year, match[5], match[4])
    return (first, last) if first is not None and last is not None and first <= last else None


def last_day_in(text: str) -> date | None:
    """Return the day of "Số liệu tính đến ngày 14/5/2025", a line that says until when figures run; None for others."""
    match = _UNTIL.fullmatch(normalise_name(text))
    return _day(int(match[3]), match[2], match[1]) if match is not None and match[3] else None


def without_dates(text: str) -> str:
    """Remove dates from a normalised text, so that the month of a date is not taken for the period."""
    return _EMPTY_BRACKETS.sub("", _DAY_IN_TEXT.sub(" ", _SPAN.sub(" ", text)))


def covers_many_months(text: str) -> bool:
    """Return whether a normalised text says "5 tháng đầu năm", "từ đầu năm" or "từ tháng 1 đến tháng 5"."""
    return _MANY_MONTHS.search(text) is not None


def date_in(text: str) -> date | None:
    """Return the first full date of a text, day first; None if there is none."""
    match = _ANY_DAY.search(normalise_name(text))
    return _day(int(match[3]), match[2], match[1]) if match is not None else None


def days_in(text: str, years: Iterable[int]) -> tuple[date, ...]:
    """Return the first day of a text; one without a year in each of these years."""
    day = date_in(text)
    if day is not None:
        return (day,)
    match = _YEARLESS_DAY.search(normalise_name(text))
    days = (_day(year, match[2], match[1]) for year in years) if match is not None else ()
    return tuple(day for day in days if day is not None)


def signing_date(text: str) -> date | None:
    """Return the date of a line like "Lâm Sơn, ngày 15 tháng 5 năm 2025" or "15/5/2025", None for any other line."""
    match = _SIGNED.fullmatch(normalise_name(text))
    return _day(int(match[3]), match[2], match[1]) if match is not None else None


def _day(year: int, month: str, day: str) -> date | None:
    try:
        return date(year if year > 99 else _CENTURY + year, int(month), int(day))
    except ValueError:
        return None
