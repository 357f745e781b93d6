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
    given: Iterable[PublishedContribution], period: Period, words: ReportFormatter
) -> tuple[CommuneFigure, ...]:
    """What each report gave; a name says which base period it is of, and which part of it is counted."""
    return tuple(_part(one, period, words) for one in given)


def whole_of(given: Sequence[PublishedContribution], flow: Flow) -> tuple[CommuneFigure, ...]:
    """What each unit gave over all its reports, with all their cells; the files are those of the last one."""
    by_unit: dict[str, list[PublishedContribution]] = defaultdict(list)
    for one in given:
        by_unit[_key(one)].append(one)
    found: list[CommuneFigure] = []
    for key, reports in by_unit.items():
        amount = over_time(flow, [one.counted for one in reports])
        if amount is not None:
            last = reports[-1]
            found.append(
                CommuneFigure(
                    key=key,
                    unit=last.unit,
                    name=last.unit_name,
                    value=_value(amount),
                    numerator=amount.numerator,
                    denominator=amount.denominator,
                    sources=tuple(FigureSource(cell.sheet, cell.cell) for one in reports for cell in one.sources),
                    file_name=last.file.file_name,
                    sha256=last.file.sha256,
                )
            )
    return tuple(found)


def lines_of(units: Iterable[UnitReportingStatus]) -> tuple[UnitLine, ...]:
    """Where each unit stands: with its worst report, the last of those that stand so."""
    by_unit: dict[str, list[UnitReportingStatus]] = defaultdict(list)
    for one in units:
        by_unit[_key_of(one)].append(one)
    return tuple(_line(key, by_unit[key]) for key in sorted(by_unit))


def _part(one: PublishedContribution, period: Period, words: ReportFormatter) -> CommuneFigure:
    counted = one.counted
    name = one.unit_name if one.period == period else f"{one.unit_name} ({one.period})"
    if one.weight is not None:
        name = f"{name} × {words.number(one.weight)}"
    return CommuneFigure(
        key=_key(one),
        unit=one.unit,
        name=name,
        value=percentage(counted.numerator, counted.denominator)
        if counted.denominator is not None
        else counted.numerator,
        numerator=counted.numerator,
        denominator=counted.denominator,
        sources=tuple(FigureSource(cell.sheet, cell.cell) for cell in one.sources),
        file_name=one.file.file_name,
        sha256=one.file.sha256,
    )


def _line(key: str, reports: Sequence[UnitReportingStatus]) -> UnitLine:
    state = next(state for state in _WORST_FIRST if any(one.state is state for one in reports))
    shown = [one for one in reports if one.state is state][-1]
    late = any(one.late for one in reports) and state is ReportingState.ACCEPTED
    return UnitLine(
        key=key,
        code=shown.code,
        name=shown.name,
        state="late" if late else state.value,
        received_at=shown.received_at,
        file_name=shown.file.file_name if shown.file else None,
        sha256=shown.file.sha256 if shown.file else None,
        issues=sum(one.issues for one in reports),
    )


def _value(amount: Amount) -> Decimal | None:
    return amount.numerator if amount.denominator is None else percentage(amount.numerator, amount.denominator)


def _key(one: PublishedContribution) -> str:
    return f"{one.unit} {one.unit_valid_from}"


def _key_of(one: UnitReportingStatus) -> str:
    return f"{one.code} {one.unit_valid_from}"
