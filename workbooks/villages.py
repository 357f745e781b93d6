"""The village sheet: one observation for each village and indicator, each village told by its code or its name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.layouts import Column, Input, Layout, Role
from domain.observations import Observation
from domain.texts import normalise_name
from domain.units import OrgUnit
from workbooks.addresses import cell_address, parse_reference
from workbooks.cells import Sheet, Workbook
from workbooks.figures import SheetContext, parse_input, read_spot
from workbooks.findings import Findings, Place
from workbooks.label_rows import text_at
from workbooks.labels import nearest
from workbooks.locate import Spot
from workbooks.stamp import VillageName, parse_name
from workbooks.table_header import find_header, is_column_number_row
from workbooks.yes_no import parse_yes_no


@dataclass(frozen=True, slots=True)
class VillageTable:
    """Where the villages stand: the row above the first, and the columns of code, name and figures by indicator."""

    above: int
    code: int | None
    name: int | None
    figures: Mapping[str, int]


class VillageRegister:
    """A commune's villages on a day, by code and by every name."""

    def __init__(self, villages: Sequence[OrgUnit]) -> None:
        """Index them."""
        self.villages = tuple(villages)
        self._by_code = {village.code: village for village in villages}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for village in villages:
            for name in (village.name, village.bare_name):
                self._by_name[normalise_name(name)].add(village.code)

    def by_code(self, code: str) -> OrgUnit | None:
        """The village of a code."""
        return self._by_code.get(code)

    def by_name(self, name: str) -> OrgUnit | None:
        """The one village of that name, with or without its kind."""
        codes = self._by_name.get(normalise_name(name), set())
        return self._by_code[next(iter(codes))] if len(codes) == 1 else None


def locate_villages(workbook: Workbook, sheet: Sheet, layout: Layout, findings: Findings) -> VillageTable | None:
    """Where the village table's columns stand: by defined names where stamped, else by its headings."""
    named = _named_columns(workbook, sheet)
    header = find_header(sheet, layout.village_columns)
    if header is None and not named:
        expected = ", ".join(column.header for column in layout.village_columns if column.role is Role.FIGURE)
        findings.issue("header_missing", Place(sheet.name, ""), expected=expected)
        return None
    figures: dict[str, int] = {}
    for column in layout.village_columns:
        if column.indicator is None:
            continue
        number = named.get(column.indicator) or (header.column(Role.FIGURE, column.indicator) if header else None)
        if number is None:
            near = nearest(column.header, header.others.values()) if header else ()
            place = Place(sheet.name, "", column.header, column.indicator)
            findings.issue("column_missing", place, expected=column.header, candidates="; ".join(near))
        else:
            figures[column.indicator] = number
    above = header.bottom if header is not None else _first_named_row(workbook, sheet) - 1
    return VillageTable(
        above,
        named.get(Role.VILLAGE_CODE.value) or (header.column(Role.VILLAGE_CODE) if header else None),
        named.get(Role.VILLAGE_NAME.value) or (header.column(Role.VILLAGE_NAME) if header else None),
        figures,
    )


def _named_spots(workbook: Workbook, sheet: Sheet) -> Iterator[tuple[str, int, int]]:
    for name, text in workbook.names.items():
        what, reference = parse_name(name), parse_reference(text)
        if isinstance(what, VillageName) and reference is not None and reference.sheet == sheet.name:
            yield what.what, reference.row, reference.column


def _named_columns(workbook: Workbook, sheet: Sheet) -> Mapping[str, int]:
    """The column all names of one kind point at; names that point at several columns say nothing."""
    columns: dict[str, set[int]] = defaultdict(set)
    for what, _, column in _named_spots(workbook, sheet):
        columns[what].add(column)
    return {what: next(iter(found)) for what, found in columns.items() if len(found) == 1}


def _first_named_row(workbook: Workbook, sheet: Sheet) -> int:
    return min(row for _, row, _ in _named_spots(workbook, sheet))


def parse_villages(
    context: SheetContext, layout: Layout, table: VillageTable, register: VillageRegister
) -> Iterator[Observation]:
    """The observations of the village sheet. Lines with no figure at all and no village are notes, and skipped."""
    sheet = context.sheet
    first_rows: dict[str, int] = {}
    for row, cells in sheet.rows.items():
        if row <= table.above or is_column_number_row(cells):
            continue
        has_figures = any(cell.column in table.figures.values() and not cell.is_empty for cell in cells)
        village = _village_of(context, row, table, register, has_figures=has_figures)
        if village is None:
            continue
        if village.code in first_rows:
            address = cell_address(row, table.code or table.name or 1)
            place = Place(sheet.name, address, village.name, unit=village.code)
            context.findings.issue("village_twice", place, found=str(first_rows[village.code]))
            continue
        first_rows[village.code] = row
        for column in layout.village_columns:
            if column.indicator is not None and column.indicator in table.figures:
                yield _observation(context, (row, table.figures[column.indicator]), column, village)


def _village_of(
    context: SheetContext, row: int, table: VillageTable, register: VillageRegister, *, has_figures: bool
) -> OrgUnit | None:
    """The village of a row, by its code, else by its name; a row with figures and no village is an issue."""
    sheet, findings = context.sheet, context.findings
    code = text_at(sheet, row, table.code) if table.code else ""
    name = text_at(sheet, row, table.name) if table.name else ""
    by_code, by_name = register.by_code(code), register.by_name(name)
    place = Place(sheet.name, cell_address(row, (table.code if code else table.name) or 1))
    if by_code is not None and by_name is not None and by_code != by_name:
        findings.issue("village_disagrees", place, found=f"{code} – {name}", expected=by_code.name)
        return None
    if by_code is None and code and (has_figures or by_name is not None):
        findings.issue("village_unknown", place, found=f"{code} {name}".strip(), candidates=_alike(name, register))
        return None
    village = by_code or by_name
    if village is None and has_figures:
        found = "village_unknown" if name else "figure_without_label"
        findings.issue(found, place, found=name, candidates=_alike(name, register))
    elif by_code is None and by_name is not None:
        findings.repair("village_by_name", place, name, by_name.code)
    return village


def _alike(name: str, register: VillageRegister) -> str:
    return "; ".join(nearest(name, (village.name for village in register.villages)))


def _observation(context: SheetContext, spot: Spot, column: Column, village: OrgUnit) -> Observation:
    indicator = context.catalog.indicators[column.indicator or ""]
    label = f"{village.name}: {column.header}"
    place = Place(context.sheet.name, cell_address(*spot), label, indicator.id, village.code)
    if column.input is Input.YES_NO:
        return parse_yes_no(context, read_spot(context, spot, place), place, indicator)
    return Observation(village.code, indicator.id, context.sheet.name, parse_input(context, spot, place, indicator))
