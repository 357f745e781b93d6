"""What each unit gave and how it stands: one line per unit, however many reports of a longer period it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.aggregation import Amount, over_time, percentage
from domain.indicators import Flow
from domain.periods import Period
from domain.rollups import ReportingState
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import CommuneFigure, FigureSource, UnitLine
from warehouse.queries import PublishedContribution, UnitReportingStatus

_WORST_FIRST = (ReportingState.MISSING, ReportingState.QUARANTINED, ReportingState.ACCEPTED)


def parts_of(
    contributions: Iterable[PublishedContribution], period: Period, words: ReportFormatter
) -> tuple[CommuneFigure, ...]:
    """What each report gave; a name says which base period it is of, and which part of it is counted."""
    return tuple(_part(contribution, period, words) for contribution in contributions)


def whole_of(contributions: Sequence[PublishedContribution], flow: Flow) -> tuple[CommuneFigure, ...]:
    """What each unit gave over all its reports, with all their cells; the files are those of the last one."""
    by_unit: dict[str, list[PublishedContribution]] = defaultdict(list)
    for contribution in contributions:
        by_unit[_key(contribution)].append(contribution)
    results: list[CommuneFigure] = []
    for key, reports in by_unit.items():
        amount = over_time(flow, [other_report.counted for other_report in reports])
        if amount is not None:
            last = reports[-1]
            results.append(
                CommuneFigure(
                    key=key,
                    unit=last.unit,
                    name=last.unit_name,
                    value=_value(amount),
                    numerator=amount.numerator,
                    denominator=amount.denominator,
                    sources=tuple(FigureSource(cell.sheet, cell.cell) for report in reports for cell in report.sources),
                    file_name=last.file.file_name,
                    sha256=last.file.sha256,
                )
            )
    return tuple(results)


def lines_of(units: Iterable[UnitReportingStatus]) -> tuple[UnitLine, ...]:
    """Where each unit stands: with its worst report, the last of those that stand so."""
    by_unit: dict[str, list[UnitReportingStatus]] = defaultdict(list)
    for unit in units:
        by_unit[_key_of(unit)].append(unit)
    return tuple(_line(key, by_unit[key]) for key in sorted(by_unit))


def _part(contribution: PublishedContribution, period: Period, words: ReportFormatter) -> CommuneFigure:
    counted = contribution.counted
    name = (
        contribution.unit_name if contribution.period == period else f"{contribution.unit_name} ({contribution.period})"
    )
    if contribution.weight is not None:
        name = f"{name} × {words.number(contribution.weight)}"
    return CommuneFigure(
        key=_key(contribution),
        unit=contribution.unit,
        name=name,
        value=percentage(counted.numerator, counted.denominator)
        if counted.denominator is not None
        else counted.numerator,
        numerator=counted.numerator,
        denominator=counted.denominator,
        sources=tuple(FigureSource(cell.sheet, cell.cell) for cell in contribution.sources),
        file_name=contribution.file.file_name,
        sha256=contribution.file.sha256,
    )


def _line(key: str, reports: Sequence[UnitReportingStatus]) -> UnitLine:
    state = next(state for state in _WORST_FIRST if any(report.state is state for report in reports))
    shown = [report for report in reports if report.state is state][-1]
    late = any(report.late for report in reports) and state is ReportingState.ACCEPTED
    return UnitLine(
        key=key,
        code=shown.code,
        name=shown.name,
        state="late" if late else state.value,
        received_at=shown.received_at,
        file_name=shown.file.file_name if shown.file else None,
        sha256=shown.file.sha256 if shown.file else None,
        issues=sum(report.issues for report in reports),
    )


def _value(amount: Amount) -> Decimal | None:
    return amount.numerator if amount.denominator is None else percentage(amount.numerator, amount.denominator)


def _key(contribution: PublishedContribution) -> str:
    return f"{contribution.unit} {contribution.unit_valid_from}"


def _key_of(unit_status: UnitReportingStatus) -> str:
    return f"{unit_status.code} {unit_status.unit_valid_from}"
