"""Tests of the drawing of a trend."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from publishing.charts.trend import HEIGHT, WIDTH, ChartBreak, ChartPoint, draw_trend

VALUES = st.one_of(st.none(), st.decimals(-1000, 1000, places=2))


def points_of(*values: object) -> list[ChartPoint]:
    """Points of months with these values; None is a gap."""
    numbers = [None if value is None else Decimal(str(value)) for value in values]
    return [ChartPoint(f"m{place}", value, str(value)) for place, value in enumerate(numbers)]


def test_fewer_than_two_figures_are_no_trend() -> None:
    """A series with one figure has no line to draw."""
    assert draw_trend(points_of(None, 5, None)) is None


def test_a_gap_ends_a_line() -> None:
    """A period without figure is not bridged, and a figure between two gaps is a mark without line."""
    chart = draw_trend(points_of(1, 2, None, 3, None, 4, 5))
    assert chart is not None
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert len(chart.marks) == 5


def test_a_break_ends_a_line_and_is_marked() -> None:
    """Figures before and after a merger are not joined; the break lies between them."""
    chart = draw_trend(points_of(1, 2, 3, 4), [ChartBreak(2, "merger")])
    assert chart is not None
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert chart.marks[1].x < chart.breaks[0].x < chart.marks[2].x


def test_a_target_beyond_the_scale_is_not_drawn() -> None:
    """A target that lies far from all figures does not flatten them."""
    near, far = (draw_trend(points_of(80, 90), target=Decimal(target)) for target in (85, 20))
    assert near is not None
    assert far is not None
    assert near.target is not None
    assert far.target is None


@given(st.lists(VALUES, min_size=2, max_size=24))
def test_all_marks_lie_in_the_drawing(values: list[Decimal | None]) -> None:
    """Every figure has one mark within the drawing, and a higher figure is never drawn lower."""
    chart = draw_trend(points_of(*values))
    known = [value for value in values if value is not None]
    if chart is None:
        assert len(known) < 2
        return
    assert len(chart.marks) == len(known)
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT for mark in chart.marks)
    heights = sorted(zip(known, (-mark.y for mark in chart.marks), strict=True))
    assert [height for _, height in heights] == sorted(height for _, height in heights)
