"""Parsing of an indicator's line into an observation: numerator, denominator and stated percentage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole
from domain.observations import CellState, Figure, Observation
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell, CellKind, Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.numbers.conditional_formats import note_conditional_formats
from workbooks.numbers.figure_cells import parse_figure_cell
from workbooks.numbers.figure_values import ExpectedFigure, cell_as_text
from workbooks.numbers.percents import note_percent_error, parse_stated_percent
from workbooks.numbers.shares import ShareCell, choose_figure, choose_stated_percent, parse_share
from workbooks.numbers.unit_words import unit_power, unit_words_of
from workbooks.numbers.visibility import note_hidden_content
from workbooks.tables.locate import LocatedLine
from workbooks.tables.named_cells import CellPosition


@dataclass(frozen=True, slots=True)
class SheetContext:
    """The sheet being parsed, its catalogue, and the findings collected from it."""

    catalog: Catalog
    sheet: Sheet
    findings: Findings


def parse_line(context: SheetContext, line: LocatedLine, unit: str) -> Observation:
    """Return the observation of one line of the form sheet."""
    indicator = context.catalog.indicators[line.indicator]
    if indicator.measure is Measure.COUNT:
        numerator = _input(context, line, ColumnRole.NUMERATOR, unit)
        _check_not_asked(context, line, unit)
        return Observation(unit, indicator.id, context.sheet.name, numerator)
    shares = dict(_shares(context, line, unit))
    numerator = _part(context, line, ColumnRole.NUMERATOR, unit, shares)
    denominator = _part(context, line, ColumnRole.DENOMINATOR, unit, shares)
    stated = _stated(context, line, unit, (numerator, denominator), shares)
    return Observation(unit, indicator.id, context.sheet.name, numerator, denominator, stated)


def read_spot(context: SheetContext, spot: CellPosition, place: FigurePlace) -> Cell | None:
    """Return the cell of a figure, after noting whether it is merged with others or hidden."""
    sheet, findings = context.sheet, context.findings
    cell = sheet.at(*spot)
    merged = sheet.merge_around(*spot)
    if merged is not None and not merged.is_anchor(*spot):
        anchor = sheet.at(merged.top, merged.left)
        # A cell below the anchor may still hold its value from before the merge, which Excel does not show.
        if any(content is not None and not content.is_empty for content in (anchor, cell)):
            findings.issue("merged_figure", place, found=str(merged))
    if cell is not None and not cell.is_empty:
        if sheet.is_hidden(*spot):
            findings.issue("hidden_figure", place, found=cell.raw)
        note_hidden_content(cell, place, findings)
    return cell


def _shares(context: SheetContext, line: LocatedLine, unit: str) -> Iterator[tuple[ColumnRole, ShareCell]]:
    """Yield the cells of a line that hold numerator and denominator together."""
    indicator = context.catalog.indicators[line.indicator]
    for role in (ColumnRole.NUMERATOR, ColumnRole.DENOMINATOR, ColumnRole.PERCENT):
        spot = line.spots.get(role)
        if spot is not None:
            place = _place(context, line, spot, unit)
            share = parse_share(context.sheet.at(*spot), place, context.catalog.marks, indicator, context.findings)
            if share is not None:
                read_spot(context, spot, place)
                yield role, share


def _part(
    context: SheetContext, line: LocatedLine, role: ColumnRole, unit: str, shares: Mapping[ColumnRole, ShareCell]
) -> Figure:
    own = None if role in shares else _input(context, line, role, unit)
    if own is not None and not shares:
        return own
    return choose_figure(role, own, tuple(shares.values()), context.findings)


def _input(context: SheetContext, line: LocatedLine, role: ColumnRole, unit: str) -> Figure:
    spot = line.spots.get(role)
    if spot is None:
        return Figure(CellState.BLANK, None, "", "")
    place = _place(context, line, spot, unit)
    return parse_input(context, spot, place, context.catalog.indicators[line.indicator], role)


def parse_input(
    context: SheetContext,
    spot: CellPosition,
    place: FigurePlace,
    indicator: Indicator,
    role: ColumnRole = ColumnRole.NUMERATOR,
) -> Figure:
    """Return the figure entered in the cell at a position."""
    expected = ExpectedFigure(
        context.catalog.marks,
        unit_words_of(indicator, role),
        indicator.decimals,
        unit_power(indicator, role, context.catalog.marks),
    )
    cell = read_spot(context, spot, place)
    figure = parse_figure_cell(cell, place, expected, context.findings)
    formats = context.sheet.conditional_formats(*spot)
    if cell is not None and formats:
        note_conditional_formats(cell, formats, place, expected, context.findings, figure=figure)
    return figure


def _place(context: SheetContext, line: LocatedLine, spot: CellPosition, unit: str) -> FigurePlace:
    return FigurePlace(context.sheet.name, cell_address(*spot), line.label, line.indicator, unit or None)


def _stated(
    context: SheetContext,
    line: LocatedLine,
    unit: str,
    counts: tuple[Figure, Figure],
    shares: Mapping[ColumnRole, ShareCell],
) -> Figure | None:
    """Return the percentage from its own cell, or else the one typed after a share."""
    spot = line.spots.get(ColumnRole.PERCENT)
    cells: list[tuple[Cell | None, FigurePlace]] = []
    if spot is not None and ColumnRole.PERCENT not in shares:
        cells.append((context.sheet.at(*spot), _place(context, line, spot, unit)))
    cells += [(share.percent, share.place) for share in shares.values()]
    computed, has_counts = _percentage(*counts), any(figure.number is not None for figure in counts)
    marks, findings = context.catalog.marks, context.findings
    read = (
        parse_stated_percent(cell, place, marks, findings, computed, has_counts=has_counts) for cell, place in cells
    )
    return choose_stated_percent(
        [figure for figure in read if figure is not None], tuple(shares.values()), context.findings
    )


def _percentage(numerator: Figure, denominator: Figure) -> Decimal | None:
    if numerator.number is None or not denominator.number:
        return None
    return 100 * numerator.number / denominator.number


def _check_not_asked(context: SheetContext, line: LocatedLine, unit: str) -> None:
    """Note figures in columns that a count does not have (denominator, percentage); they are not used."""
    for role in (ColumnRole.DENOMINATOR, ColumnRole.PERCENT):
        spot = line.spots.get(role)
        cell = context.sheet.at(*spot) if spot is not None else None
        if spot is None or cell is None or cell.is_empty:
            continue
        if role is ColumnRole.PERCENT and cell.kind is CellKind.ERROR:
            note_percent_error(cell, _place(context, line, spot, unit), context.findings, has_counts=False)
            continue
        is_copied_down = role is ColumnRole.PERCENT and cell.has_formula
        if not is_copied_down and not (cell.text and context.catalog.marks.state_of(cell.text) is not None):
            context.findings.issue("figure_not_asked", _place(context, line, spot, unit), found=cell_as_text(cell))
