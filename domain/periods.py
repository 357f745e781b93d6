"""Reporting periods and the two calendars that run side by side, with their cut-offs and deadlines."""

import calendar as months
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from domain.errors import UsageError

_PERIOD_ID = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])|H(?P<half>[12])))?")


class Frequency(StrEnum):
    """How often something is reported, and so the kind of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_MONTHS_IN = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A reporting period: months `first_month`..`last_month` of `year`; which days these are is the calendar's say."""

    year: int
    last_month: int
    frequency: Frequency

    @property
    def months(self) -> int:
        """How many months the period holds."""
        return _MONTHS_IN[self.frequency]

    @property
    def first_month(self) -> int:
        """Number of the first month, 1 to 12."""
        return self.last_month - self.months + 1

    @property
    def id(self) -> str:
        """`2025-05`, `2025-Q2`, `2025-H1` or `2025`."""
        match self.frequency:
            case Frequency.MONTH:
                return f"{self.year:04}-{self.last_month:02}"
            case Frequency.QUARTER:
                return f"{self.year:04}-Q{self.last_month // 3}"
            case Frequency.HALF_YEAR:
                return f"{self.year:04}-H{self.last_month // 6}"
            case Frequency.YEAR:
                return f"{self.year:04}"

    def __str__(self) -> str:
        """The period's id."""
        return self.id

    def __hash__(self) -> int:
        """A hash without one of the frequency's text: a rollup of the country looks periods up a million times."""
        return self.year * 100 + self.last_month

    def shift(self, steps: int) -> "Period":
        """The period of the same kind that lies `steps` later (or earlier, when negative)."""
        ordinal = self.year * 12 + self.last_month - 1 + steps * self.months
        return Period(ordinal // 12, ordinal % 12 + 1, self.frequency)

    def ends(self, frequency: Frequency) -> bool:
        """Whether this period's last month is also the last of a longer or equal period of that frequency."""
        return self.months <= _MONTHS_IN[frequency] and self.last_month % _MONTHS_IN[frequency] == 0

    def within(self, frequency: Frequency) -> "Period":
        """The period of that longer or equal frequency in which this one lies: 2025-05 lies in 2025-Q2."""
        months = _MONTHS_IN[frequency]
        return Period(self.year, -(-self.last_month // months) * months, frequency)

    def parts(self, frequency: Frequency) -> tuple["Period", ...]:
        """The periods of that shorter or equal frequency that make this one up, in order."""
        step = _MONTHS_IN[frequency]
        return tuple(
            Period(self.year, last, frequency) for last in range(self.first_month - 1 + step, self.last_month + 1, step)
        )


@lru_cache(maxsize=256)
def parse_period(text: str) -> Period:
    """Read a period id.

    Raises:
        UsageError: the text is no period id.
    """
    match = _PERIOD_ID.fullmatch(text.strip())
    if match:
        year = int(match["year"])
        if match["month"] and 1 <= int(match["month"]) <= 12:
            return Period(year, int(match["month"]), Frequency.MONTH)
        if match["quarter"]:
            return Period(year, int(match["quarter"]) * 3, Frequency.QUARTER)
        if match["half"]:
            return Period(year, int(match["half"]) * 6, Frequency.HALF_YEAR)
        if not match["month"]:
            return Period(year, 12, Frequency.YEAR)
    raise UsageError(f"{text!r} is no period: write 2025-05, 2025-Q2, 2025-H1 or 2025")


def periods_between(first: Period, last: Period) -> list[Period]:
    """All periods from `first` to `last`, both included, in order.

    Raises:
        UsageError: the two are of different kinds, or out of order.
    """
    if first.frequency is not last.frequency:
        raise UsageError(f"{first} and {last} are periods of different kinds")
    if last < first:
        raise UsageError(f"{last} comes before {first}")
    results = [first]
    while results[-1] != last:
        results.append(results[-1].shift(1))
    return results


@lru_cache(maxsize=1024)
def _days_of(year: int, month: int) -> int:
    return months.monthrange(year, month)[1]


@dataclass(frozen=True, slots=True)
class Calendar:
    """A rule for the days of a period.

    `cut_off_day` is the last day of every period in its last month (14 for administrative reports, Decree 09/2019
    art. 12); None means the month's own last day (statistical reports).
    """

    id: str
    cut_off_day: int | None

    def last_day(self, period: Period) -> date:
        """The day on which the period's data close; units, areas and rules are those valid on it."""
        last = _days_of(period.year, period.last_month)
        return date(period.year, period.last_month, min(self.cut_off_day or last, last))

    def first_day(self, period: Period) -> date:
        """The day after the preceding month's cut-off."""
        month_before = Period(period.year, period.first_month, Frequency.MONTH).shift(-1)
        return self.last_day(month_before) + timedelta(days=1)


def add_working_days(day: date, count: int, holidays: Collection[date]) -> date:
    """The `count`-th working day after `day`, or before it when negative; weekends and public holidays are none."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        if day.weekday() < 5 and day not in holidays:
            left -= 1
    return day


def working_days_after(day: date, until: date, holidays: Collection[date]) -> int:
    """How many working days lie after `day`, up to `until` and with it; none when `until` is not later."""
    days = (day + timedelta(days=step) for step in range(1, (until - day).days + 1))
    return sum(other_day.weekday() < 5 and other_day not in holidays for other_day in days)
