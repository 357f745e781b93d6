"""Figures that were read and count nowhere: on lines not due, beside "x", and percentages without their counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.observations import CellState, Figure, Observation
from domain.periods import Period
from domain.units import OrgUnit
from workbooks.cells.addresses import split_address
from workbooks.cells.findings import FigurePlace
from workbooks.report.figures import SheetContext


@dataclass(frozen=True, slots=True)
class DueIndicators:
    """What is due of a unit in a period: its villages, and indicators with the denominators that the register knows."""

    period: Period
    villages: tuple[OrgUnit, ...]
    denominators: Mapping[str, int | None]


def due_indicators(catalog: Catalog, form: str, unit: OrgUnit, period: Period) -> DueIndicators:
    """Return the indicators due for a unit and period; none where no layout is in force."""
    day = catalog.forms.last_day(form, period)
    try:
        indicators = catalog.due_indicators(form, unit, period)
    except UsageError:
        indicators = ()
    return DueIndicators(
        period,
        catalog.units.villages(unit, day),
        {indicator.id: catalog.register_denominator(indicator.id, unit, day) for indicator in indicators},
    )


def note_unused_figures(
    context: SheetContext, observations: Iterable[Observation], labels: Mapping[str, str], due: DueIndicators
) -> None:
    """Note each line whose figures count nowhere; `labels` are those of the lines, by indicator.

    A unit that owes nothing is told so as a whole: without due indicators no line is noted.
    """
    for observation in observations:
        figures = tuple(_numbers(context, observation))
        if not figures or CellState.UNREADABLE in _states(observation):
            continue
        label = labels.get(observation.indicator, "")
        place = FigurePlace(observation.sheet, figures[0].cell, label, observation.indicator, observation.unit or None)
        if due.denominators and observation.indicator not in due.denominators:
            context.findings.issue("figure_not_due", place, found=figures[0].raw, period=due.period.id)
        elif CellState.NOT_APPLICABLE in _states(observation):
            _note_beside_mark(context, observation, label, due.denominators.get(observation.indicator))
        elif observation.stated in figures and not observation.is_complete and _has_cells(observation):
            stated = figures[-1]
            place = FigurePlace(observation.sheet, stated.cell, label, observation.indicator, observation.unit or None)
            context.findings.issue("percent_alone", place, found=stated.raw)


def _numbers(context: SheetContext, observation: Observation) -> Iterator[Figure]:
    """Yield the figures with a number; not the zero that a formula makes of a blank line."""
    for figure in (observation.numerator, observation.denominator, observation.stated):
        if figure is not None and figure.number is not None and not _is_computed_zero(context, observation, figure):
            yield figure


def _has_cells(observation: Observation) -> bool:
    """Return whether the form has a cell for both counts; a form without one is refused as a whole."""
    return all(part is not None and part.cell for part in (observation.numerator, observation.denominator))


def _is_computed_zero(context: SheetContext, observation: Observation, figure: Figure) -> bool:
    spot = split_address(figure.cell) if figure is observation.stated else None
    cell = context.sheet.at(*spot) if spot is not None else None
    return cell is not None and cell.has_formula and not figure.number and not observation.is_complete


def _states(observation: Observation) -> frozenset[CellState]:
    return frozenset(part.state for part in (observation.numerator, observation.denominator) if part is not None)


def _note_beside_mark(context: SheetContext, observation: Observation, label: str, registered: int | None) -> None:
    """Note the number of a pair whose other part is not applicable, unless the template had filled it in."""
    parts = [part for part in (observation.numerator, observation.denominator) if part is not None]
    mark = next(part for part in parts if part.state is CellState.NOT_APPLICABLE)
    for part in (part for part in (*parts, observation.stated) if part is not None and part.number is not None):
        is_filled_in = part is observation.denominator and registered is not None and part.number == Decimal(registered)
        if not is_filled_in and not _is_computed_zero(context, observation, part):
            place = FigurePlace(observation.sheet, part.cell, label, observation.indicator, observation.unit or None)
            context.findings.issue(
                "figure_beside_not_applicable", place, found=part.raw, mark=mark.raw, mark_cell=mark.cell
            )
