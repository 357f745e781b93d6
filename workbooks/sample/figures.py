"""Invention of the figures of one report: consistent figures for all lines that are due and for the villages."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole, Input
from domain.units import Level, OrgUnit
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import Assignment


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """Figures of the form sheet by indicator and role, and of each registered village by indicator (yes: 1, no: 0)."""

    form: Mapping[tuple[str, ColumnRole], int]
    villages: tuple[Mapping[str, int], ...]


def invent_figures(series: SampleSeries, assignment: Assignment) -> ReportFigures:
    """Invent the figures of one report."""
    villages = assignment.catalog.units.villages(assignment.unit, assignment.last_day)
    by_village = _village_figures(series, assignment, villages)
    form: dict[tuple[str, ColumnRole], int] = {}
    for name in assignment.layout.indicators:
        if name in assignment.due:
            indicator = assignment.catalog.indicators[name]
            form.update(_line(series, assignment, indicator, by_village))
    _limit_parts(series, form)
    return ReportFigures(form, by_village)


def _line(
    series: SampleSeries, assignment: Assignment, indicator: Indicator, by_village: tuple[Mapping[str, int], ...]
) -> dict[tuple[str, ColumnRole], int]:
    unit, period = assignment.unit, assignment.period
    registered = assignment.catalog.register_denominator(indicator.id, unit, assignment.last_day)
    if indicator.collected_at is Level.VILLAGE:
        if not by_village:
            return {}
        line = {(indicator.id, ColumnRole.NUMERATOR): sum(figures.get(indicator.id, 0) for figures in by_village)}
        return line if registered is None else {**line, (indicator.id, ColumnRole.DENOMINATOR): registered}
    if indicator.measure is Measure.COUNT:
        return {(indicator.id, ColumnRole.NUMERATOR): series.count(indicator, unit, period)}
    numerator, denominator = series.ratio(indicator.on(assignment.last_day), unit, period, registered)
    return {(indicator.id, ColumnRole.NUMERATOR): numerator, (indicator.id, ColumnRole.DENOMINATOR): denominator}


def _limit_parts(series: SampleSeries, form: dict[tuple[str, ColumnRole], int]) -> None:
    """Limit numerators that are parts of one denominator so that their sum does not exceed it."""
    for group in series.typical.parts:
        present = [name for name in group if (name, ColumnRole.DENOMINATOR) in form]
        remaining = min((form[name, ColumnRole.DENOMINATOR] for name in present), default=0)
        for name in present:
            form[name, ColumnRole.NUMERATOR] = min(form[name, ColumnRole.NUMERATOR], remaining)
            remaining -= form[name, ColumnRole.NUMERATOR]


def _village_figures(
    series: SampleSeries, assignment: Assignment, villages: tuple[OrgUnit, ...]
) -> tuple[Mapping[str, int], ...]:
    """Return figures by village, empty if no villages are registered, since figures could not be attributed."""
    figures: list[dict[str, int]] = [{} for _ in villages]
    columns = [column for column in assignment.layout.village_columns if column.indicator in assignment.due]
    indicators = assignment.catalog.indicators
    for column in columns:
        if column.indicator is not None and column.input is Input.YES_NO:
            reached = series.villages_reached(
                indicators[column.indicator], assignment.unit, assignment.period, villages
            )
            for village, line in zip(villages, figures, strict=True):
                line[column.indicator] = int(village.code in reached)
    # A village without a team has no members: after a "no" all dependent figures are zero.
    has_any = [all(line.values()) for line in figures]
    for column in columns:
        if column.indicator is not None and column.input is Input.NUMBER:
            for village, line, has in zip(villages, figures, has_any, strict=True):
                line[column.indicator] = series.village_count(indicators[column.indicator], village) if has else 0
    return tuple(figures)
