"""Periods and calendars: which days a period holds, and when a return is due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.periods import (
    Calendar,
    Frequency,
    Period,
    add_working_days,
    parse_period,
    periods_between,
    working_days_after,
)

ADMINISTRATIVE = Calendar("administrative", 14)
STATISTICAL = Calendar("statistical", None)
STEPS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12}
PERIODS = st.builds(
    lambda year, frequency, place: Period(year, (place % (12 // STEPS[frequency]) + 1) * STEPS[frequency], frequency),
    st.integers(2000, 2100),
    st.sampled_from(list(Frequency)),
    st.integers(0, 11),
)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2025-05", date(2025, 4, 15), date(2025, 5, 14)),
        ("2025-01", date(2024, 12, 15), date(2025, 1, 14)),
        ("2024-03", date(2024, 2, 15), date(2024, 3, 14)),
        ("2025-Q1", date(2024, 12, 15), date(2025, 3, 14)),
        ("2025-Q2", date(2025, 3, 15), date(2025, 6, 14)),
        ("2025-H1", date(2024, 12, 15), date(2025, 6, 14)),
        ("2025-H2", date(2025, 6, 15), date(2025, 12, 14)),
        ("2025", date(2024, 12, 15), date(2025, 12, 14)),
    ],
)
def test_administrative_periods_run_from_the_15th_to_the_14th(period: str, first: date, last: date) -> None:
    """Decree 09/2019 closes month, quarter, half-year and year alike on the 14th."""
    result = parse_period(period)
    assert (ADMINISTRATIVE.first_day(result), ADMINISTRATIVE.last_day(result)) == (first, last)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2025-Q2", date(2025, 4, 1), date(2025, 6, 30)),
        ("2025-H2", date(2025, 7, 1), date(2025, 12, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_statistical_periods_are_calendar_months(period: str, first: date, last: date) -> None:
    """Statistical reports close on the month's own last day."""
    result = parse_period(period)
    assert (STATISTICAL.first_day(result), STATISTICAL.last_day(result)) == (first, last)


@given(PERIODS, st.sampled_from([ADMINISTRATIVE, STATISTICAL]))
def test_periods_of_one_kind_join_without_gap_or_overlap(period: Period, calendar: Calendar) -> None:
    """The day after a period's last is the first of the next."""
    assert calendar.first_day(period.shift(1)) == calendar.last_day(period) + timedelta(days=1)


@given(PERIODS)
def test_a_period_survives_its_id(period: Period) -> None:
    """Writing a period's id and reading it back gives the period."""
    assert parse_period(period.id) == period


@given(PERIODS, st.integers(-40, 40))
def test_shifting_there_and_back_ends_where_it_began(period: Period, steps: int) -> None:
    """Shifting is undone by shifting the other way."""
    assert period.shift(steps).shift(-steps) == period


@pytest.mark.parametrize(
    "text", ["", "2025-13", "2025-00", "2025-5", "2025-Q5", "2025-H3", "25-05", "2025-05-14", "05/2025"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    """Only the four ways of writing a period are read."""
    with pytest.raises(UsageError, match="is no period"):
        parse_period(text)


def test_a_range_holds_both_its_ends() -> None:
    """The months from November to February are four."""
    result = periods_between(parse_period("2024-11"), parse_period("2025-02"))
    assert [period.id for period in result] == ["2024-11", "2024-12", "2025-01", "2025-02"]


@pytest.mark.parametrize(("first", "last"), [("2025-02", "2025-01"), ("2025-01", "2025-Q2")])
def test_a_range_out_of_order_or_of_two_kinds_is_refused(first: str, last: str) -> None:
    """A range runs forward, within one kind of period."""
    with pytest.raises(UsageError):
        periods_between(parse_period(first), parse_period(last))


@pytest.mark.parametrize(
    ("period", "frequency", "ends"),
    [
        ("2025-05", Frequency.MONTH, True),
        ("2025-05", Frequency.QUARTER, False),
        ("2025-06", Frequency.QUARTER, True),
        ("2025-06", Frequency.HALF_YEAR, True),
        ("2025-06", Frequency.YEAR, False),
        ("2025-12", Frequency.YEAR, True),
        ("2025-Q4", Frequency.YEAR, True),
        ("2025-Q2", Frequency.MONTH, False),
    ],
)
def test_a_quarter_ends_in_its_last_month_only(period: str, frequency: Frequency, *, ends: bool) -> None:
    """What is reported quarterly is not missing in a month that ends no quarter."""
    assert parse_period(period).ends(frequency) is ends


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2025, 5, 14), 1, date(2025, 5, 15)),
        (date(2025, 3, 14), 1, date(2025, 3, 17)),  # a Friday: the weekend does not count
        (date(2025, 4, 29), 1, date(2025, 5, 5)),  # 30 April, 1 and 2 May off, then a weekend
        (date(2025, 4, 29), 2, date(2025, 5, 6)),
        (date(2025, 5, 14), 0, date(2025, 5, 14)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day: date, count: int, due: date) -> None:
    """A deadline of n working days skips weekends and holidays."""
    holidays = {date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2)}
    assert add_working_days(day, count, holidays) == due
    assert working_days_after(day, due, holidays) == count


def test_no_working_day_lies_before_its_day() -> None:
    """A report in time is late by no day."""
    assert working_days_after(date(2025, 5, 20), date(2025, 5, 20), ()) == 0
    assert working_days_after(date(2025, 5, 20), date(2025, 5, 1), ()) == 0
