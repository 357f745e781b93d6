"""Assemble trends and comparisons of a report's figures from what its revision knows of earlier periods."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from domain.periods import Frequency, Period
from domain.rollups import RollupRow, RollupStatus
from publishing.figures.formatter import ReportFormatter
from publishing.figures.trends import BreakKind, FigureComparison, FigureTrend, TrendBreak, TrendPoint
from warehouse.queries import EarlierFigure, EarlierPeriods, Revision

_YEAR = {Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.HALF_YEAR: 2, Frequency.YEAR: 1}


@dataclass(frozen=True)
class TrendAssembly:
    """Assembles the trends of one report."""

    revision: Revision
    earlier: EarlierPeriods
    formatter: ReportFormatter

    def trend(self, row: RollupRow, *, is_percent: bool) -> FigureTrend:
        """Assemble the trend of a figure."""
        boundary, now = self.revision.boundary, self.revision.period
        own: dict[Period, EarlierFigure] = {now: _figure_of(row, self.revision)}
        other: dict[Period, EarlierFigure] = {}
        for figure in self._by_indicator.get(row.indicator, ()):
            (own if figure.boundary is boundary else other)[figure.period] = figure
        first = min((*own, *other))
        periods = [period for period in self._periods if first <= period]
        breaks = tuple(self._breaks(own, periods))
        return FigureTrend(
            boundary=boundary,
            points=tuple(self._point(period, own.get(period)) for period in periods),
            other_points=tuple(self._point(period, other.get(period)) for period in periods) if other else (),
            breaks=breaks,
            last=self._comparison(own, now.shift(-1), breaks, is_percent=is_percent),
            last_year=self._comparison(own, now.shift(-_YEAR[now.frequency]), breaks, is_percent=is_percent),
        )

    @cached_property
    def _by_indicator(self) -> Mapping[str, Sequence[EarlierFigure]]:
        results: dict[str, list[EarlierFigure]] = defaultdict(list)
        for figure in self.earlier.figures:
            results[figure.indicator].append(figure)
        return results

    @cached_property
    def _periods(self) -> Sequence[Period]:
        """All periods from the first known one to the report's own."""
        now = self.revision.period
        first = min((figure.period for figure in self.earlier.figures), default=now)
        periods = [now]
        while periods[-1] != first:
            periods.append(periods[-1].shift(-1))
        return periods[::-1]

    @cached_property
    def _names(self) -> Mapping[Period, str]:
        return {period: self.formatter.period_name(period) for period in self._periods}

    @cached_property
    def _last_days(self) -> Mapping[Period, date]:
        forms, form = self.formatter.catalog.forms, self.revision.form
        return {period: forms.last_day(form, period) for period in self._periods}

    @cached_property
    def _days_of_units(self) -> Sequence[date]:
        """The days on which the present units began."""
        return sorted({unit.unit_valid_from for unit in self.revision.units})

    def _point(self, period: Period, figure: EarlierFigure | None) -> TrendPoint:
        name = self._names[period]
        if figure is None:
            return TrendPoint(period, name)
        return TrendPoint(
            period=period,
            period_name=name,
            value=figure.value,
            numerator=figure.numerator,
            denominator=figure.denominator,
            denominator_kind=figure.denominator_kind,
            status=figure.status,
            units_accepted=figure.units_accepted,
            units_expected=figure.units_expected,
            revision=figure.revision,
            notes=figure.notes,
        )

    def _breaks(self, own: Mapping[Period, EarlierFigure], periods: Sequence[Period]) -> Iterator[TrendBreak]:
        """Yield the breaks between figures that follow one another, gaps left out."""
        for before, after in pairwise(period for period in periods if period in own):
            earlier, later = own[before], own[after]
            days = [day for day in self._days_of_units if self._last_days[before] < day <= self._last_days[after]]
            if earlier.area_valid_from != later.area_valid_from:
                yield self._break(after, BreakKind.AREA, max(earlier.area_valid_from, later.area_valid_from))
            elif days:
                yield self._break(after, BreakKind.UNITS, days[-1])
            if earlier.denominator_kind != later.denominator_kind:
                kinds = map(self.formatter.denominator_kind, (earlier.denominator_kind, later.denominator_kind))
                text = self.formatter.text("break_definition", before=next(kinds), after=next(kinds))
                yield TrendBreak(after, BreakKind.DEFINITION, None, text)

    def _break(self, period: Period, kind: BreakKind, day: date) -> TrendBreak:
        return TrendBreak(period, kind, day, self.formatter.text(f"break_{kind}", day=self.formatter.day(day)))

    def _comparison(
        self, own: Mapping[Period, EarlierFigure], with_: Period, breaks: Sequence[TrendBreak], *, is_percent: bool
    ) -> FigureComparison | None:
        earlier, now = own.get(with_), own[self.revision.period]
        if earlier is None:
            return None
        change, text = None, self.formatter.text("change_unknown")
        if RollupStatus.NOT_COMPARABLE in {earlier.status, now.status}:
            text = self.formatter.text("change_not_comparable")
        elif earlier.denominator_kind != now.denominator_kind:
            text = self.formatter.text("change_of_kind")
        elif earlier.value is not None and now.value is not None:
            change = now.value - earlier.value
            text = self.formatter.change(change, is_percent=is_percent)
        return FigureComparison(
            period=with_,
            period_name=self._names[with_],
            value=earlier.value,
            change=change,
            text=text,
            is_partial=RollupStatus.PARTIAL in {earlier.status, now.status},
            breaks=tuple(each for each in breaks if with_ < each.period),
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
