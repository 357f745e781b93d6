"""Numbers, days and times as people of either language write them: 1.234,56 in Vietnamese, 1,234.56 in English."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from domain.texts import Lang
from domain.vietnam_time import VIETNAM

_SWAPPED = str.maketrans(",.", ".,")
_NBSP = "\N{NO-BREAK SPACE}"


def format_number(number: Decimal, lang: Lang, decimals: int | None = None) -> str:
    """A number with thousands marks; `decimals` None writes as many as it has, without trailing zeros."""
    if decimals is None:
        text = f"{number.normalize():,f}"
    else:
        text = f"{number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    return text.translate(_SWAPPED) if lang == "vi" else text


def format_percent(number: Decimal, lang: Lang) -> str:
    """A percentage with its two decimals, however round it is: 94,00% was measured, 94% may have been guessed."""
    return format_number(number, lang, 2) + "%"


def format_quantity(number: Decimal, unit: str, lang: Lang) -> str:
    """A count with its unit, on one line."""
    return format_number(number, lang) + (_NBSP + unit if unit else "")


def format_day(day: date, lang: Lang) -> str:
    """14/05/2025, or 14 May 2025."""
    return f"{day:%d/%m/%Y}" if lang == "vi" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_time(moment: datetime, lang: Lang) -> str:
    """A moment in Vietnam's time, to the minute."""
    local = moment.astimezone(VIETNAM)
    return f"{local:%H:%M} {format_day(local.date(), lang)}"


# Not strftime's %b: that follows the machine's locale, and the same revision must give the same bytes everywhere.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
