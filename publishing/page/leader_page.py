"""The leader's page of a revision: headline figures, how they moved and why, who is missing, communes side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Final

from domain.rollups import Boundary
from publishing.charts.tiles import TileGrid, TileValue, lay_out
from publishing.charts.trend import ChartBreak, ChartPoint, TrendChart, draw_trend
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import ProvinceLine, PublishedFigure, Report, ThemeFigures, UnitLine
from publishing.figures.row_notes import RowNotes
from publishing.figures.trends import FigureTrend, TrendBreak, TrendPoint
from publishing.page.bars import RateBars
from publishing.page.rollup_page import PagePlace, render

MOST_NAMED: Final = 40
"""Units that a list on the page names; the rest is counted, and stands in the workbook."""
MOST_TILES: Final = 200
"""Units of an area that are drawn as tiles; a larger one has too many to be read, and shows provinces."""
MOST_RANKED: Final = 100
"""Units that a ranking names: of more, half as many from its top and from its bottom."""
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
    """A series on the other boundaries below the page's own; `reasons` say why periods are not comparable."""

    chart: TrendChart | None
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeriodTable:
    """The figures that a trend is drawn from.

    `names` are the boundaries of its one or two series, `rows` each period with the figure of each series. `reasons`
    are periods, by boundaries, and why they do not compare.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """What the page shows of a headline theme.

    `trend` draws the series on the page's boundaries and on the other ones, `periods` holds their figures. In the
    second edition `other` is the series on the other boundaries, and there is no table. `unranked` units stand between
    the top and the bottom of the ranking, and are left out.
    """

    theme: ThemeFigures
    trend: TrendChart | None
    ranking: tuple[RankedUnit, ...]
    tiles: TileGrid | None
    periods: PeriodTable | None = None
    other: OtherBoundaries | None = None
    unranked: int = 0

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


def write_leader_page(report: Report, formatter: ReportFormatter, place: PagePlace) -> bytes:
    """Render the leader's page in the formatter's language as UTF-8: no network, no scripts."""
    return _write("leader.html.j2", _View(report, formatter), edition=EDITION, **place.shown(formatter.lang))


def write_second_edition(report: Report, formatter: ReportFormatter) -> bytes:
    """Render the leader's page of the second edition, in the bytes of the revisions that were written in it."""
    return _write("leader_edition_2.html.j2", _SecondEditionView(report, formatter), edition=SECOND_EDITION)


def _write(template: str, view: "_View", **around: object) -> bytes:
    shown = LeaderView(
        report=view.report,
        headlines=tuple(map(view.headline, view.report.headlines)),
        absent=tuple(view.absent[:MOST_NAMED]),
        absent_further=max(0, len(view.absent) - MOST_NAMED),
    )
    return render(template, view.formatter, view=shown, report=view.report, bars=RateBars(view.formatter), **around)


@dataclass(frozen=True)
class _View:
    report: Report
    formatter: ReportFormatter

    @property
    def absent(self) -> list[UnitLine]:
        return sorted(self.report.absent, key=lambda unit: (-unit.days_late, unit.name))

    def headline(self, theme: ThemeFigures) -> HeadlineView:
        figure = theme.lead
        trend, ranking = figure.trend, self._ranking(figure)
        is_long, half = len(ranking) > MOST_RANKED, MOST_RANKED // 2
        return HeadlineView(
            theme=theme,
            trend=self._chart(figure, trend.points, trend.breaks, trend.other_points) if trend else None,
            ranking=(*ranking[:half], *ranking[-half:]) if is_long else ranking,
            unranked=len(ranking) - MOST_RANKED if is_long else 0,
            tiles=self._tiles(figure),
            periods=self._periods(figure, trend) if trend and len(trend.points) > 1 else None,
        )

    def _ranking(self, figure: PublishedFigure) -> tuple[RankedUnit, ...]:
        return _ranked(list(self._provinces(figure) if self.report.provinces else self._units(figure)))

    def _periods(self, figure: PublishedFigure, trend: FigureTrend) -> PeriodTable:
        series = [points for points in (trend.points, trend.other_points) if points]
        names = [self._boundary(trend.boundary), self._boundary(_other(trend.boundary))][: len(series)]
        return PeriodTable(
            names=tuple(names),
            rows=tuple(
                (of_period[0].period_name, *(self._shown(figure, point) for point in of_period))
                for of_period in zip(*series, strict=True)
            ),
            reasons=tuple(
                reason for name, points in zip(names, series, strict=True) for reason in self._reasons(name, points)
            ),
        )

    def _shown(self, figure: PublishedFigure, point: TrendPoint) -> str:
        if point.is_not_comparable:
            return f"✕ {self.formatter.text('change_not_comparable')}"
        shown = self.formatter.amount(figure, point.value)
        is_partial = point.value is not None and point.units_accepted < point.units_expected
        return f"{shown} ▽ {self.formatter.share(point.units_accepted, point.units_expected)}" if is_partial else shown

    def _reasons(self, boundary: str, points: Sequence[TrendPoint]) -> Iterator[tuple[str, str]]:
        """Yield why periods do not compare; periods that follow one another for the same reason together."""
        for notes, alike in groupby(points, lambda point: point.notes if point.is_not_comparable else ""):
            names = [point.period_name for point in alike]
            if notes:
                periods = names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"
                yield f"{periods}, {boundary.lower()}", self._notes.reasons(notes)

    @cached_property
    def _notes(self) -> RowNotes:
        return RowNotes.of(self.formatter.catalog, self.formatter.lang)

    def _boundary(self, boundary: Boundary) -> str:
        return self.formatter.text(f"leader_boundary_{boundary}")

    def _chart(
        self,
        figure: PublishedFigure,
        points: Sequence[TrendPoint],
        breaks: Sequence[TrendBreak] = (),
        beside: Sequence[TrendPoint] = (),
    ) -> TrendChart | None:
        places = {point.period: place for place, point in enumerate(points)}
        return draw_trend(
            [self._point(figure, point) for point in points],
            [ChartBreak(places[each.period], each.text) for each in breaks],
            beside=[self._point(figure, point) for point in beside],
            target=figure.row.target if figure.row.target_assumed is False else None,
            shown=lambda value: self.formatter.amount(figure, value),
        )

    def _point(self, figure: PublishedFigure, point: TrendPoint) -> ChartPoint:
        is_void = point.is_not_comparable
        return ChartPoint(
            label=point.period_name,
            value=point.value,
            shown=self.formatter.text("change_not_comparable")
            if is_void
            else self.formatter.amount(figure, point.value),
            is_partial=point.units_accepted < point.units_expected,
            is_void=is_void,
        )

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


@dataclass(frozen=True)
class _SecondEditionView(_View):
    """The series on the other boundaries lies below; why it does not compare is said as the rows have it."""

    def headline(self, theme: ThemeFigures) -> HeadlineView:
        figure = theme.lead
        return HeadlineView(
            theme=theme,
            trend=self._chart(figure, figure.trend.points, figure.trend.breaks) if figure.trend else None,
            ranking=self._ranking(figure),
            tiles=self._tiles(figure),
            other=self._below(figure, figure.trend) if figure.trend and figure.trend.other_points else None,
        )

    def _below(self, figure: PublishedFigure, trend: FigureTrend) -> OtherBoundaries:
        reasons = {f"{point.period_name}: {point.notes}" for point in trend.other_points if point.is_not_comparable}
        name = self._boundary(_other(trend.boundary))
        return OtherBoundaries(self._chart(figure, trend.other_points), name, tuple(sorted(reasons)))


def _other(boundary: Boundary) -> Boundary:
    return Boundary.AS_NOW if boundary is Boundary.AS_THEN else Boundary.AS_THEN


def _ranked(units: list[RankedUnit]) -> tuple[RankedUnit, ...]:
    """Rank units by their figures, the highest first; those without a figure come last."""
    known = sorted({unit.value for unit in units if unit.value is not None}, reverse=True)
    first = {value: 1 + sum(each.value is not None and each.value > value for each in units) for value in known}
    ranked = [
        RankedUnit(None if unit.value is None else first[unit.value], unit.name, unit.value, unit.shown, unit.fraction)
        for unit in units
    ]
    return tuple(sorted(ranked, key=lambda unit: (unit.rank is None, unit.rank or 0, unit.name)))
