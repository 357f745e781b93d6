"""Shares of reporting quality and of burden: sums over sums, within their whole, whatever is counted together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quality.burden import LineBurden, dearest_first
from domain.quality.reporting import NOTHING, ReportedQuality, Share, quality_of

REPORTS = st.lists(
    st.builds(
        ReportedQuality,
        lines=st.integers(0, 40),
        failed=st.none() | st.integers(0, 60),
        is_late=st.booleans(),
        is_returned=st.booleans(),
        is_accepted=st.booleans(),
    )
)
LINES = st.builds(
    LineBurden,
    indicator=st.text("abc", min_size=1, max_size=3),
    typed=st.integers(0, 1000),
    returned=st.integers(0, 50),
    questioned=st.integers(0, 50),
    unchanged=st.integers(0, 50).flatmap(lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole))),
    zero=st.integers(0, 50).flatmap(lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole))),
    is_published=st.booleans(),
)


def report(failed: int | None, **facts: bool) -> ReportedQuality:
    """Return a report of 25 lines."""
    return ReportedQuality(25, failed, **({"is_late": False, "is_returned": False, "is_accepted": False} | facts))


@given(REPORTS, REPORTS)
def test_shares_of_parts_add_up_to_those_of_the_whole(
    some: list[ReportedQuality], others: list[ReportedQuality]
) -> None:
    """A district is its communes, a year its months; each share lies between nothing and all."""
    whole = quality_of([*some, *others])
    assert quality_of(some) + quality_of(others) == whole
    for share in (whole.passed, whole.on_time, whole.corrected):
        assert 0 <= share.part <= share.whole
        assert share.percent is None or 0 <= share.percent <= 100
    assert whole.on_time.whole == len(some) + len(others)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], NOTHING),
        ([report(failed=0, is_accepted=True)], (Share(25, 25), Share(1, 1), Share(0, 0))),
        (
            [report(failed=3, is_late=True, is_returned=True, is_accepted=True)],
            (Share(22, 25), Share(0, 1), Share(1, 1)),
        ),
        ([report(failed=30, is_returned=True)], (Share(0, 25), Share(1, 1), Share(0, 1))),
        ([report(failed=None, is_late=True)], (Share(0, 0), Share(0, 1), Share(0, 0))),
    ],
)
def test_a_report_counts_where_it_says_something(reports: list[ReportedQuality], expected: object) -> None:
    """What was not sent is late, and neither passes nor fails checks; what was not returned needs no correction."""
    result = quality_of(reports)
    assert expected in (result, (result.passed, result.on_time, result.corrected))


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(1, 8, "12.5"), (2, 3, "66.7"), (1, 2000, "0.1"), (0, 7, "0.0")]
)
def test_percentages_are_rounded_half_up(part: int, whole: int, percent: str) -> None:
    """Once, to a decimal."""
    assert Share(part, whole).percent == Decimal(percent)


@given(st.lists(LINES))
def test_the_line_that_costs_most_for_nothing_is_first(lines: list[LineBurden]) -> None:
    """No line is lost; nothing that says more for less stands before what says less for more."""
    ordered = dearest_first(lines)
    assert sorted(map(repr, ordered)) == sorted(map(repr, lines))
    products = [line.cost * line.silence for line in ordered]
    assert products == sorted(products, reverse=True)
    assert all(0 <= line.silence <= 100 for line in ordered)


def test_what_is_not_published_or_always_zero_says_nothing() -> None:
    """Else the share that is unchanged counts."""
    line = LineBurden("a", 10, 0, 0, Share(1, 4), Share(0, 5), is_published=True)
    assert line.silence == 25
    assert LineBurden("a", 10, 0, 0, Share(1, 4), Share(0, 5), is_published=False).silence == 100
    assert LineBurden("a", 10, 0, 0, Share(1, 4), Share(5, 5), is_published=True).silence == 100
