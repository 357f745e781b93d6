"""Figures and reporting status by unit, where a longer period takes several reports of each unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.aggregation import Amount, over_time, percentage
from domain.catalog.forms import Forms
from domain.indicators import Flow
from domain.periods import Period
from domain.rollups import ReportingState
from domain.units import UnitKey
from domain.vietnam_time import day_in_vietnam
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import CommuneFigure, UnitLine, addresses_of
from warehouse.queries import PublishedContribution, Revision, UnitReportingStatus

_WORST_FIRST = (ReportingState.MISSING, ReportingState.QUARANTINED, ReportingState.ACCEPTED)


def figures_by_report(
    contributions: Iterable[PublishedContribution], period: Period, formatter: ReportFormatter
) -> tuple[CommuneFigure, ...]:
    """Return the figure of each report; its name tells the base period, and the weight by which it is counted."""
    return tuple(_report_figure(contribution, period, formatter) for contribution in contributions)


def figures_by_unit(contributions: Sequence[PublishedContribution], flow: Flow) -> tuple[CommuneFigure, ...]:
    """Aggregate each unit's reports into one figure with all their cells; the file is the last report's."""
    by_unit: dict[str, list[PublishedContribution]] = defaultdict(list)
    for contribution in contributions:
        by_unit[_key(contribution)].append(contribution)
    results: list[CommuneFigure] = []
    for key, reports in by_unit.items():
        amount = over_time(flow, [report.counted for report in reports])
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
                    addresses=addresses_of([cell for each in reports for cell in each.sources]),
                    file_name=last.file.file_name,
                    sha256=last.file.sha256,
                )
            )
    return tuple(results)


def amounts_by_unit(contributions: Iterable[PublishedContribution], flow: Flow) -> dict[UnitKey, Amount]:
    """Return what each unit gave to a figure over the period."""
    amounts = [
        (UnitKey(code, valid_from), Amount(numerator, denominator).weighted(weight))
        for _, code, _, numerator, denominator, _, _, _, valid_from, weight, _, _ in contributions
    ]
    if len(result := dict(amounts)) == len(amounts):
        return result  # a report of each unit
    by_unit: dict[UnitKey, list[Amount]] = defaultdict(list)
    for unit, amount in amounts:
        by_unit[unit].append(amount)
    return {unit: total for unit, each in by_unit.items() if (total := over_time(flow, each)) is not None}


def unit_lines(revision: Revision, forms: Forms, edition: int = EDITION) -> tuple[UnitLine, ...]:
    """Return a line per unit: that of its report with the worst status, the last among equals.

    Until the second edition days late were counted to the file that is counted, which may be a correction.
    """
    by_unit: dict[str, list[UnitReportingStatus]] = defaultdict(list)
    for unit in revision.units:
        by_unit[unit_key(unit)].append(unit)
    level = forms.form(revision.form).level
    periods = {unit.period for unit in revision.units}
    deadlines = {period: forms.deadline(revision.form, period, level) for period in periods}
    made_on = day_in_vietnam(revision.published_at)
    knows_first = edition > SECOND_EDITION
    return tuple(_line(key, by_unit[key], deadlines, made_on, knows_first=knows_first) for key in sorted(by_unit))


def unit_key(status: UnitReportingStatus) -> str:
    """Return the key of a unit's lines and figures."""
    return f"{status.code} {status.unit_valid_from}"


def _report_figure(contribution: PublishedContribution, period: Period, formatter: ReportFormatter) -> CommuneFigure:
    counted = contribution.counted
    name = (
        contribution.unit_name if contribution.period == period else f"{contribution.unit_name} ({contribution.period})"
    )
    if contribution.weight is not None:
        name = f"{name} × {formatter.number(contribution.weight)}"
    return CommuneFigure(
        key=_key(contribution),
        unit=contribution.unit,
        name=name,
        value=percentage(counted.numerator, counted.denominator)
        if counted.denominator is not None
        else counted.numerator,
        numerator=counted.numerator,
        denominator=counted.denominator,
        addresses=addresses_of(contribution.sources),
        file_name=contribution.file.file_name,
        sha256=contribution.file.sha256,
    )


def _line(
    key: str,
    reports: Sequence[UnitReportingStatus],
    deadlines: Mapping[Period, date],
    made_on: date,
    *,
    knows_first: bool,
) -> UnitLine:
    shown = reports[0] if len(reports) == 1 else _worst(reports)
    state = shown.state
    late = state is ReportingState.ACCEPTED and any(report.late for report in reports)
    first = shown.first_received_at if knows_first else None
    deadline, came_on = deadlines[shown.period], made_on
    if state is ReportingState.ACCEPTED:
        came = first or shown.received_at
        came_on = day_in_vietnam(came) if late and came else deadline
    return UnitLine(
        key=key,
        code=shown.code,
        name=shown.name,
        state="late" if late else state.value,
        received_at=shown.received_at,
        first_received_at=first,
        file_name=shown.file.file_name if shown.file else None,
        sha256=shown.file.sha256 if shown.file else None,
        issues=sum([report.issues for report in reports]),
        deadline=deadline,
        days_late=(came_on - deadline).days if came_on > deadline else 0,
    )


def _worst(reports: Sequence[UnitReportingStatus]) -> UnitReportingStatus:
    """Return the report with the worst status, the last among equals."""
    return min(reversed(reports), key=lambda report: _WORST_FIRST.index(report.state))


def _value(amount: Amount) -> Decimal | None:
    return amount.numerator if amount.denominator is None else percentage(amount.numerator, amount.denominator)


def _key(contribution: PublishedContribution) -> str:
    return f"{contribution.unit} {contribution.unit_valid_from}"
