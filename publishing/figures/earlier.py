"""Assemble trends and comparisons of a report's figures from what its revision knows of earlier periods."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from domain.periods import Frequency, Period, periods_between
from domain.rollups import RollupRow, RollupStatus
from publishing.figures.formatter import ReportFormatter
from publishing.figures.trends import BreakKind, FigureComparison, FigureTrend, TrendBreak
from warehouse.queries import EarlierFigure, EarlierPeriods, Revision

_YEAR = {Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.HALF_YEAR: 2, Frequency.YEAR: 1}


@dataclass(frozen=True)
class TrendAssembly:
    """Assembles the trends of one report; periods are counted by position, from the first known one."""

    revision: Revision
    earlier: EarlierPeriods
    formatter: ReportFormatter

    def trend(self, row: RollupRow, *, is_percent: bool) -> FigureTrend:
        """Assemble the trend of a figure."""
        length = len(self._periods)
        own: list[EarlierFigure | None] = [None] * length
        other: list[EarlierFigure | None] = [None] * length
        own[-1] = _figure_of(row, self.revision)
        for figure in self._by_indicator.get(row.indicator, ()):
            (own if figure.boundary is self.revision.boundary else other)[self._position(figure.period)] = figure
        first = next(position for position in range(length) if own[position] or other[position])
        breaks = tuple(self._breaks(own))
        year = _YEAR[self.revision.period.frequency]
        return FigureTrend(
            boundary=self.revision.boundary,
            periods=self._periods[first:],
            figures=own[first:],
            other_figures=other[first:],
            breaks=breaks,
            last=self._comparison(own, 1, breaks, is_percent=is_percent),
            last_year=self._comparison(own, year, breaks, is_percent=is_percent),
        )

    @cached_property
    def _by_indicator(self) -> Mapping[str, Sequence[EarlierFigure]]:
        results: dict[str, list[EarlierFigure]] = defaultdict(list)
        for figure in self.earlier.figures:
            results[figure.indicator].append(figure)
        return results

    @cached_property
    def _periods(self) -> Sequence[tuple[Period, str]]:
        """All periods from the first known one to the report's own, with their names."""
        now = self.revision.period
        first = min((figure.period for figure in self.earlier.figures), default=now)
        return [(period, self.formatter.period_name(period)) for period in periods_between(first, now)]

    def _position(self, period: Period) -> int:
        first = self._periods[0][0]
        return ((period.year - first.year) * 12 + period.last_month - first.last_month) // period.months

    @cached_property
    def _rearrangements(self) -> Sequence[tuple[int, date]]:
        """The days on which present units began, with the positions of the first periods after them."""
        forms, form = self.formatter.catalog.forms, self.revision.form
        last_days = [forms.last_day(form, period) for period, _ in self._periods]
        days = sorted({unit.unit_valid_from for unit in self.revision.units})
        return [(bisect_left(last_days, day), day) for day in days if last_days[0] < day <= last_days[-1]]

    def _breaks(self, own: Sequence[EarlierFigure | None]) -> Iterator[TrendBreak]:
        """Yield the breaks between figures that follow one another, gaps left out."""
        known = [(position, figure) for position, figure in enumerate(own) if figure is not None]
        for (before, earlier), (after, later) in pairwise(known):
            period = later.period
            days = [day for position, day in self._rearrangements if before < position <= after]
            if earlier.area_valid_from != later.area_valid_from:
                yield self._break(period, BreakKind.AREA, max(earlier.area_valid_from, later.area_valid_from))
            elif days:
                yield self._break(period, BreakKind.UNITS, days[-1])
            if earlier.denominator_kind != later.denominator_kind:
                kinds = map(self.formatter.denominator_kind, (earlier.denominator_kind, later.denominator_kind))
                text = self.formatter.text("break_definition", before=next(kinds), after=next(kinds))
                yield TrendBreak(period, BreakKind.DEFINITION, None, text)

    def _break(self, period: Period, kind: BreakKind, day: date) -> TrendBreak:
        return TrendBreak(period, kind, day, self.formatter.text(f"break_{kind}", day=self.formatter.day(day)))

    def _comparison(
        self, own: Sequence[EarlierFigure | None], back: int, breaks: Sequence[TrendBreak], *, is_percent: bool
    ) -> FigureComparison | None:
        earlier, now = own[-1 - back] if back < len(own) else None, own[-1]
        if earlier is None or now is None:
            return None
        period, name = self._periods[-1 - back]
        change, text = None, self.formatter.text("change_unknown")
        if RollupStatus.NOT_COMPARABLE in {earlier.status, now.status}:
            text = self.formatter.text("change_not_comparable")
        elif earlier.denominator_kind != now.denominator_kind:
            text = self.formatter.text("change_of_kind")
        elif earlier.value is not None and now.value is not None:
            change = now.value - earlier.value
            text = self.formatter.change(change, is_percent=is_percent)
        return FigureComparison(
            period=period,
            period_name=name,
            value=earlier.value,
            change=change,
            text=text,
            is_partial=RollupStatus.PARTIAL in {earlier.status, now.status},
            breaks=tuple(each for each in breaks if period < each.period),
        )


def _figure_of(row: RollupRow, revision: Revision) -> EarlierFigure:
    """Return the report's own figure as its last point."""
    return EarlierFigure(
        indicator=row.indicator,
        period=revision.period,
        boundary=revision.boundary,
        area_valid_from=revision.area_valid_from,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        denominator_kind=row.denominator_kind,
        status=row.status,
        units_expected=row.units_expected,
        units_accepted=row.units_accepted,
        revision=revision.number,
        notes=row.notes if row.status is RollupStatus.NOT_COMPARABLE else "",
    )
