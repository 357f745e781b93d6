"""Parsing of the village sheet: one observation for each village, identified by code or name, and indicator."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.catalog.catalog import Catalog
from domain.layouts import Column, Input, Layout
from domain.observations import Observation
from domain.units import OrgUnit
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell
from workbooks.cells.findings import FigurePlace
from workbooks.report.figures import SheetContext, parse_input, read_spot
from workbooks.report.yes_no import is_answer, parse_yes_no
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT
from workbooks.tables.label_texts import text_at
from workbooks.tables.named_cells import CellPosition
from workbooks.tables.village_register import VillageRegister
from workbooks.tables.village_table import VillageTable
from workbooks.text.labels import is_total_label, normalise_label


@dataclass(frozen=True, slots=True)
class VillageRow:
    """A row of the village table: the texts in its code and name columns, and whether it holds figures."""

    row: int
    code: str
    name: str
    has_figures: bool


@dataclass(frozen=True, slots=True)
class ParsedVillages:
    """Observations of the village table, and the numbers of its totals rows."""

    observations: tuple[Observation, ...] = ()
    totals: tuple[int, ...] = ()


def parse_villages(
    context: SheetContext, layout: Layout, table: VillageTable, register: VillageRegister
) -> ParsedVillages:
    """Parse the village table; rows with neither figures nor village are notes and skipped."""
    observations: list[Observation] = []
    first_rows: dict[str, int] = {}
    totals: list[int] = []
    for line in _rows(context, layout, table, register):
        if _is_total(context, layout, table, line):
            totals.append(line.row)
            continue
        village = _village_of(context, line, table, register)
        if village is None:
            continue
        if village.code in first_rows:
            address = cell_address(line.row, table.code or table.name or 1)
            place = FigurePlace(context.sheet.name, address, village.name, unit=village.code)
            context.findings.issue("village_twice", place, found=str(first_rows[village.code]))
            continue
        first_rows[village.code] = line.row
        observations.extend(
            _observation(context, (line.row, table.figures[column.indicator]), column, village)
            for column in layout.village_columns
            if column.indicator is not None and column.indicator in table.figures
        )
    return ParsedVillages(tuple(observations), tuple(totals))


def _rows(
    context: SheetContext, layout: Layout, table: VillageTable, register: VillageRegister
) -> Iterator[VillageRow]:
    sheet = context.sheet
    texts = {
        row: (
            text_at(sheet, row, table.code) if table.code else "",
            text_at(sheet, row, table.name) if table.name else "",
        )
        for row, cells in sheet.rows.items()
        if table.above < row < table.end
        and not is_column_number_row(cells, below_heading=row - table.above < HEADING_HEIGHT)
    }
    headings = {normalise_label(name) for column in layout.village_columns for name in (column.header, *column.aliases)}
    known = [row for row, (code, name) in texts.items() if register.by_code(code) or register.by_name(name)]
    last = max(known, default=0)
    for row, (code, name) in texts.items():
        cells = [cell for cell in sheet.rows[row] if cell.column in table.figures.values() and not cell.is_empty]
        # Text in a figure column is a misplaced figure among the villages, and a signature below the last one.
        has_figures = any(row < last or _is_figure(context.catalog, cell) for cell in cells)
        is_heading = sum(normalise_label(cell.text) in headings for cell in sheet.rows[row] if cell.text) > 1
        if not is_heading:
            yield VillageRow(row, code, name, has_figures)


def _is_figure(catalog: Catalog, cell: Cell) -> bool:
    is_mark = bool(cell.text) and catalog.marks.state_of(cell.text) is not None
    return is_mark or resembles_figure(cell) or is_answer(catalog, cell)


def _is_total(context: SheetContext, layout: Layout, table: VillageTable, line: VillageRow) -> bool:
    """Return whether a row is labelled as a total, in any column that holds no figures."""
    figures = table.figures.values()
    cells = (cell for cell in context.sheet.rows[line.row] if cell.text and cell.column not in figures)
    return any(is_total_label(cell.text, layout.totals) for cell in cells)


def _village_of(
    context: SheetContext, line: VillageRow, table: VillageTable, register: VillageRegister
) -> OrgUnit | None:
    """Return the village of a row by code, or else by name; note a row with figures but no known village."""
    findings, code, name = context.findings, line.code, line.name
    by_code, by_name = register.by_code(code), register.by_name(name)
    place = FigurePlace(context.sheet.name, cell_address(line.row, (table.code if code else table.name) or 1))
    if by_code is not None and by_name is not None and by_code != by_name:
        findings.issue("village_disagrees", place, found=f"{code} – {name}", expected=by_code.name)
        return None
    if by_code is None and code and (line.has_figures or by_name is not None):
        findings.issue("village_unknown", place, found=f"{code} {name}".strip(), candidates=register.alike(name))
        return None
    village = by_code or by_name
    if village is None and line.has_figures:
        result = "village_unknown" if name else "figure_without_label"
        findings.issue(result, place, found=name, candidates=register.alike(name))
    elif by_code is not None and name and not register.is_name_of(name, by_code):
        place = FigurePlace(
            context.sheet.name, cell_address(line.row, table.name or 1), by_code.name, unit=by_code.code
        )
        findings.issue("village_renamed", place, found=name, expected=by_code.name)
    elif by_code is None and by_name is not None:
        findings.repair("village_by_name", place, name, by_name.code)
    return village


def _observation(context: SheetContext, spot: CellPosition, column: Column, village: OrgUnit) -> Observation:
    indicator = context.catalog.indicators[column.indicator or ""]
    label = f"{village.name}: {column.header}"
    place = FigurePlace(context.sheet.name, cell_address(*spot), label, indicator.id, village.code)
    if column.input is Input.YES_NO:
        return parse_yes_no(context, read_spot(context, spot, place), place, indicator)
    return Observation(village.code, indicator.id, context.sheet.name, parse_input(context, spot, place, indicator))
