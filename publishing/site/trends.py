"""An indicator over the periods of an area as it is drawn: on its boundaries, and on the others beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from domain.rollups import Boundary, RollupStatus
from publishing.charts.trend import ChartBreak, ChartPoint, TrendChart, draw_trend
from publishing.site.facts import AreaFacts, FigureFact
from publishing.site.site_formatter import SiteFormatter

_Series = Sequence[tuple[AreaFacts, FigureFact | None]]


@dataclass(frozen=True)
class DrawnTrend:
    """An indicator's trend as it is drawn, and what it shows in words.

    `names` are the boundaries of its two series; of one series there are none.
    """

    chart: TrendChart
    description: str
    names: tuple[str, ...]


def trend_of(
    formatter: SiteFormatter,
    indicator: str,
    series: Sequence[AreaFacts],
    beside: Sequence[AreaFacts | None] = (),
) -> DrawnTrend | None:
    """Draw an indicator over an area's periods, interrupted where area or population are another one.

    Args:
        formatter: texts and numbers.
        indicator: its code.
        series: the periods, the oldest first.
        beside: the same periods on the other boundaries; None where those have no figures.
    """
    figures = [facts.by_indicator.get(indicator) for facts in series]
    others = [facts.by_indicator.get(indicator) if facts else None for facts in beside]
    periods = [formatter.period(facts.period) for facts in series]
    points = [_point(formatter, *each) for each in zip(periods, figures, strict=True)]
    known = [
        (point, figure) for point, figure in zip(points, figures, strict=True) if figure and point.value is not None
    ]
    if not known:
        return None
    (first, _), (last, shown) = known[0], known[-1]
    chart = draw_trend(
        points,
        tuple(_breaks(formatter, list(zip(series, figures, strict=True)))),
        beside=[_point(formatter, *each) for each in zip(periods, others, strict=True)] if any(others) else (),
        shown=lambda value: formatter.amount(shown, value),
    )
    facts = {"first": first.shown, "first_period": first.label, "last": last.shown, "last_period": last.label}
    text = formatter.text("trend", indicator=formatter.indicator(indicator), **facts)
    if chart is not None and chart.beside is not None:
        text = f"{text}. {formatter.published('leader_pair_description')}"
    names = boundary_names(formatter, series[-1].boundary) if any(others) else ()
    return DrawnTrend(chart, text, names) if chart else None


def boundary_names(formatter: SiteFormatter, boundary: str) -> tuple[str, str]:
    """Name the boundaries of a series, and the other ones."""
    other = Boundary.AS_THEN if boundary == Boundary.AS_NOW else Boundary.AS_NOW
    return formatter.published(f"leader_boundary_{boundary}"), formatter.published(f"leader_boundary_{other}")


def reasons_of(
    formatter: SiteFormatter, indicator: str, series: Sequence[AreaFacts | None]
) -> Iterator[tuple[str, str]]:
    """Yield why periods have no figure that compares, and which units that is about; neighbours of one reason together.

    `series` begins with the oldest period; a period without figures is passed over.
    """
    figures = [(facts, facts.by_indicator.get(indicator)) for facts in series if facts]
    for notes, alike in groupby(figures, lambda each: each[1].notes if each[1] and _is_void(each[1]) else ""):
        of_reason = [facts for facts, _ in alike]
        if notes:
            names = [formatter.period(facts.period) for facts in of_reason]
            periods = names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"
            boundary, _ = boundary_names(formatter, of_reason[0].boundary)
            yield f"{periods}, {boundary[:1].lower()}{boundary[1:]}", formatter.reasons(notes)


def _point(formatter: SiteFormatter, period: str, figure: FigureFact | None) -> ChartPoint:
    is_void = figure is not None and _is_void(figure)
    amount = formatter.amount(figure, figure.value) if figure else ""
    return ChartPoint(
        label=period,
        value=figure.value if figure else None,
        shown=formatter.published("change_not_comparable") if is_void else amount,
        is_partial=figure is not None and figure.accepted < figure.expected,
        is_void=is_void,
    )


def _is_void(figure: FigureFact) -> bool:
    return figure.status == RollupStatus.NOT_COMPARABLE


def _breaks(formatter: SiteFormatter, series: _Series) -> Iterator[ChartBreak]:
    """Yield where the area is another one than in the period before, or the figure counts another population."""
    for place, ((before, earlier), (after, later)) in enumerate(pairwise(series), start=1):
        if before.area_valid_from != after.area_valid_from:
            day = formatter.report.day(date.fromisoformat(after.area_valid_from))
            yield ChartBreak(place, formatter.report.text("break_area", day=day))
        elif earlier and later and earlier.denominator_kind != later.denominator_kind:
            kinds = map(formatter.report.denominator_kind, (earlier.denominator_kind, later.denominator_kind))
            text = formatter.report.text("break_definition", before=next(kinds), after=next(kinds))
            yield ChartBreak(place, text)
