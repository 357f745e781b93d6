"""The leader's page of a revision: headline figures, how they moved and why, who is missing, communes side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.rollups import Boundary
from publishing.charts.tiles import TileGrid, TileValue, lay_out
from publishing.charts.trend import ChartBreak, ChartPoint, TrendChart, draw_trend
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import ProvinceLine, PublishedFigure, Report, ThemeFigures, UnitLine
from publishing.figures.trends import FigureTrend, TrendBreak, TrendPoint
from publishing.page.bars import RateBars
from publishing.page.rollup_page import render

MOST_NAMED: Final = 40
"""Units that a list on the page names; the rest is counted, and stands in the workbook."""
MOST_TILES: Final = 200
"""Units of an area that are drawn as tiles; a larger one has too many to be read, and shows provinces."""
MOST_COLUMNS_BESIDE: Final = 4
"""Columns of tiles that can be read where three headlines stand beside each other."""


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A unit, or a province of a large area, and the rank of its figure: equal figures have equal ranks.

    `rank` and `value` are None without a figure.
    """

    rank: int | None
    name: str
    value: Decimal | None
    shown: str
    fraction: str


@dataclass(frozen=True, slots=True)
class OtherBoundaries:
    """A series on the other boundaries beside the page's own; `reasons` say why periods are not comparable."""

    chart: TrendChart | None
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """What the page shows of a headline theme; `other` is the series on the other boundaries."""

    theme: ThemeFigures
    trend: TrendChart | None
    ranking: tuple[RankedUnit, ...]
    tiles: TileGrid | None
    other: OtherBoundaries | None

    @property
    def figure(self) -> PublishedFigure:
        """Return the theme's main figure."""
        return self.theme.lead


@dataclass(frozen=True, slots=True)
class LeaderView:
    """The report as the page shows it; `absent` are the units without accepted report, the most days late first."""

    report: Report
    headlines: tuple[HeadlineView, ...]
    absent: tuple[UnitLine, ...]
    absent_further: int

    @property
    def is_wide(self) -> bool:
        """Whether the tiles of one headline fill the width of the page."""
        return any(each.tiles is not None and each.tiles.columns > MOST_COLUMNS_BESIDE for each in self.headlines)


def write_leader_page(report: Report, formatter: ReportFormatter) -> bytes:
    """Render the leader's page in the formatter's language as UTF-8: no network, no scripts."""
    view = _View(report, formatter)
    shown = LeaderView(
        report=report,
        headlines=tuple(map(view.headline, report.headlines)),
        absent=tuple(view.absent[:MOST_NAMED]),
        absent_further=max(0, len(view.absent) - MOST_NAMED),
    )
    return render("leader.html.j2", formatter, view=shown, report=report, bars=RateBars(formatter))


@dataclass(frozen=True, slots=True)
class _View:
    report: Report
    formatter: ReportFormatter

    @property
    def absent(self) -> list[UnitLine]:
        return sorted(self.report.absent, key=lambda unit: (-unit.days_late, unit.name))

    def headline(self, theme: ThemeFigures) -> HeadlineView:
        figure = theme.lead
        return HeadlineView(
            theme=theme,
            trend=self._chart(figure, figure.trend.points, figure.trend.breaks) if figure.trend else None,
            ranking=_ranked(list(self._provinces(figure) if self.report.provinces else self._units(figure))),
            tiles=self._tiles(figure),
            other=self._other(figure, figure.trend) if figure.trend and figure.trend.other_points else None,
        )

    def _chart(
        self, figure: PublishedFigure, points: Sequence[TrendPoint], breaks: Sequence[TrendBreak] = ()
    ) -> TrendChart | None:
        places = {point.period: place for place, point in enumerate(points)}
        return draw_trend(
            [
                ChartPoint(
                    label=point.period_name,
                    value=point.value,
                    shown=self.formatter.amount(figure, point.value),
                    is_partial=point.units_accepted < point.units_expected,
                )
                for point in points
            ],
            [ChartBreak(places[each.period], each.text) for each in breaks],
            target=figure.row.target if figure.row.target_assumed is False else None,
            shown=lambda value: self.formatter.amount(figure, value),
        )

    def _other(self, figure: PublishedFigure, trend: FigureTrend) -> OtherBoundaries:
        other = Boundary.AS_NOW if trend.boundary is Boundary.AS_THEN else Boundary.AS_THEN
        reasons = {f"{point.period_name}: {point.notes}" for point in trend.other_points if point.is_not_comparable}
        name = self.formatter.text(f"leader_boundary_{other}")
        return OtherBoundaries(self._chart(figure, trend.other_points), name, tuple(sorted(reasons)))

    def _units(self, figure: PublishedFigure) -> Iterator[RankedUnit]:
        for unit in self.report.units:
            commune = figure.of_unit(unit.key)
            value = commune.value if commune else None
            fraction = self.formatter.fraction(commune) if commune else ""
            yield RankedUnit(None, unit.name, value, self.formatter.amount(figure, value), fraction)

    def _provinces(self, figure: PublishedFigure) -> Iterator[RankedUnit]:
        for province in self.report.provinces:
            of_province = province.figures.get(figure.row.indicator)
            value = of_province.value if of_province else None
            fraction = self.formatter.fraction(of_province) if of_province else ""
            yield RankedUnit(None, province.name, value, self.formatter.amount(figure, value), fraction)

    def _tiles(self, figure: PublishedFigure) -> TileGrid | None:
        report = self.report
        if not report.provinces and not 1 < len(report.units) <= MOST_TILES:
            return None
        units: Sequence[ProvinceLine | UnitLine] = report.provinces or report.units
        values = []
        for unit in units:
            of_unit = (
                unit.figures.get(figure.row.indicator) if isinstance(unit, ProvinceLine) else figure.of_unit(unit.key)
            )
            value = of_unit.value if of_unit else None
            values.append(TileValue(unit.code, unit.name, value, self.formatter.amount(figure, value)))
        return lay_out(values, self.formatter.catalog.tiles.get(report.area, {}))


def _ranked(units: list[RankedUnit]) -> tuple[RankedUnit, ...]:
    """Rank units by their figures, the highest first; those without a figure come last."""
    known = sorted({unit.value for unit in units if unit.value is not None}, reverse=True)
    first = {value: 1 + sum(each.value is not None and each.value > value for each in units) for value in known}
    ranked = [
        RankedUnit(None if unit.value is None else first[unit.value], unit.name, unit.value, unit.shown, unit.fraction)
        for unit in units
    ]
    return tuple(sorted(ranked, key=lambda unit: (unit.rank is None, unit.rank or 0, unit.name)))
