"""Formatting of numbers, days and times by language: 1.234,56 in Vietnamese, 1,234.56 in English."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from domain.texts import Lang
from domain.vietnam_time import VIETNAM

COUNTS: Final = frozenset({"accepted", "complete", "count", "expected", "total"})
"""Facts of texts that count something."""
_UNSEPARATED: Final = 3
"""Digits of whole numbers that have no thousands separators yet."""
_NBSP = "\N{NO-BREAK SPACE}"


def format_number(number: Decimal, lang: Lang, decimals: int | None = None) -> str:
    """Format a number with thousands separators; `decimals` None keeps its own, without trailing zeros."""
    if decimals is None:
        text = str(number)
        if len(text) <= _UNSEPARATED and text.isdecimal():
            return text  # most counts
        return in_language(f"{number.normalize():,f}", lang)
    exact = number.quantize(_step(decimals), ROUND_HALF_UP)
    if exact.adjusted() < _UNSEPARATED:
        return str(exact).replace(".", ",") if lang == "vi" else str(exact)
    return in_language(f"{exact:,f}", lang)


@lru_cache(maxsize=8)
def _step(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def in_language(text: str, lang: Lang) -> str:
    """Return a text of numbers that were formatted in English as a language writes it."""
    # Not `str.translate`, which takes longer than formatting the number.
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".") if lang == "vi" else text


def format_counts(facts: Mapping[str, object], lang: Lang) -> dict[str, object]:
    """Return the facts of a text, those that count something (`COUNTS`) with thousands separators."""
    return {
        name: format_number(Decimal(fact), lang) if name in COUNTS and isinstance(fact, int) else fact
        for name, fact in facts.items()
    }


def format_share(part: int, total: int, lang: Lang) -> str:
    """Format how many of a number: 9.598/10.035."""
    return f"{format_number(Decimal(part), lang)}/{format_number(Decimal(total), lang)}"


def format_percent(number: Decimal, lang: Lang) -> str:
    """Format a percentage, always with two decimals: 94,00% reads as measured, 94% as rounded."""
    return format_number(number, lang, 2) + "%"


def format_quantity(number: Decimal, unit: str, lang: Lang) -> str:
    """Format a count with its unit, joined by a no-break space."""
    return format_number(number, lang) + (_NBSP + unit if unit else "")


def format_day(day: date, lang: Lang) -> str:
    """Format a day: 14/05/2025, or 14 May 2025."""
    return f"{day:%d/%m/%Y}" if lang == "vi" else f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def month_name(month: int, lang: Lang) -> str:
    """Return the name of a month, counted from 1: Tháng 5, or May."""
    return f"Tháng {month}" if lang == "vi" else _MONTHS[month - 1]


def format_time(moment: datetime, lang: Lang) -> str:
    """Format a moment in Vietnam's time, to the minute."""
    local = moment.astimezone(VIETNAM)
    return f"{local:%H:%M} {format_day(local.date(), lang)}"


def roman(number: int) -> str:
    """Return a number from 1 to 99 in Roman digits, which number the parts of an official paper."""
    text = ""
    for value, digits in _ROMAN:
        text += digits * (number // value)
        number %= value
    return text


_ROMAN = ((90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
# Not strftime's %B, which depends on the locale: the same revision must give the same bytes on every machine.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
