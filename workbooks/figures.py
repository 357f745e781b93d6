"""An indicator's line becomes an observation: numerator, denominator and the percentage someone stated."""

from dataclasses import dataclass
from decimal import Decimal

from domain.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.layouts import Role
from domain.observations import CellState, Figure, Observation
from workbooks.addresses import cell_address
from workbooks.cells import Cell, Sheet
from workbooks.findings import Findings, Place
from workbooks.locate import LocatedLine, Spot
from workbooks.numbers import parse_number
from workbooks.percents import parse_stated


@dataclass(frozen=True, slots=True)
class SheetContext:
    """The sheet whose figures are read, with the catalogue that gives them meaning and the notes that are taken."""

    catalog: Catalog
    sheet: Sheet
    findings: Findings


def parse_line(context: SheetContext, line: LocatedLine, unit: str) -> Observation:
    """The observation of one line of the form sheet."""
    indicator = context.catalog.indicators[line.indicator]
    numerator = _input(context, line, Role.NUMERATOR, unit)
    if indicator.measure is Measure.COUNT:
        _check_not_asked(context, line, unit)
        return Observation(unit, indicator.id, context.sheet.name, numerator)
    denominator = _input(context, line, Role.DENOMINATOR, unit)
    return Observation(
        unit,
        indicator.id,
        context.sheet.name,
        numerator,
        denominator,
        _stated(context, line, unit, _percentage(numerator, denominator)),
    )


def read_spot(context: SheetContext, spot: Spot, place: Place) -> Cell | None:
    """The cell of a figure, once it is sure that the figure is that cell's alone and people can see it."""
    sheet, findings = context.sheet, context.findings
    cell = sheet.at(*spot)
    merged = sheet.merge_around(*spot)
    if merged is not None and not merged.is_anchor(*spot):
        anchor = sheet.at(merged.top, merged.left)
        if anchor is not None and not anchor.is_empty:
            findings.issue("merged_figure", place, found=str(merged))
    if cell is not None and not cell.is_empty and sheet.is_hidden(*spot):
        findings.issue("hidden_figure", place, found=cell.raw)
    return cell


def _input(context: SheetContext, line: LocatedLine, role: Role, unit: str) -> Figure:
    spot = line.spots.get(role)
    if spot is None:
        return Figure(CellState.BLANK, None, "", "")
    place = _place(context, line, spot, unit)
    return parse_input(context, spot, place, context.catalog.indicators[line.indicator])


def parse_input(context: SheetContext, spot: Spot, place: Place, indicator: Indicator) -> Figure:
    """The figure that was typed at a place."""
    return parse_number(
        read_spot(context, spot, place),
        place,
        context.catalog.marks,
        context.findings,
        decimals=indicator.decimals,
        unit=_counted_unit(indicator),
    )


def _place(context: SheetContext, line: LocatedLine, spot: Spot, unit: str) -> Place:
    return Place(context.sheet.name, cell_address(*spot), line.label, line.indicator, unit or None)


def _counted_unit(indicator: Indicator) -> str:
    """The word that may follow a count ("12 người"); a share's parts have none in the catalogue."""
    return indicator.unit.vi if indicator.measure is Measure.COUNT else ""


def _stated(context: SheetContext, line: LocatedLine, unit: str, computed: Decimal | None) -> Figure | None:
    spot = line.spots.get(Role.PERCENT)
    if spot is None:
        return None
    place = _place(context, line, spot, unit)
    return parse_stated(context.sheet.at(*spot), place, context.catalog.marks, context.findings, computed)


def _percentage(numerator: Figure, denominator: Figure) -> Decimal | None:
    if numerator.number is None or not denominator.number:
        return None
    return 100 * numerator.number / denominator.number


def _check_not_asked(context: SheetContext, line: LocatedLine, unit: str) -> None:
    """A count has no denominator: a figure in that column is not used, and the commune should know."""
    spot = line.spots.get(Role.DENOMINATOR)
    cell = context.sheet.at(*spot) if spot is not None else None
    if spot is None or cell is None or cell.is_empty:
        return
    if not (cell.text and context.catalog.marks.state_of(cell.text) is not None):
        context.findings.issue("figure_not_asked", _place(context, line, spot, unit), found=cell.raw)
