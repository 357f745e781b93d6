"""Location of each indicator's figures on the form, by defined names, or else by code, label and heading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.indicators import Indicator, Measure
from domain.layouts import ColumnRole, Layout, Line
from workbooks.cells.addresses import parse_reference
from workbooks.cells.cells import Sheet, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import FIGURE_ROLES, FigureCellName, parse_name
from workbooks.tables.form_columns import check_columns, note_changed_headings, note_missing_columns
from workbooks.tables.label_column import with_label_column
from workbooks.tables.label_rows import FormRows, find_rows
from workbooks.tables.line_index import LineIndex
from workbooks.tables.named_cells import CellPosition, NamedCellCheck
from workbooks.tables.table_header import TableHeader, find_header, is_transposed
from workbooks.tables.table_scope import TableScope, end_row, note_tables_above, note_unread_columns


@dataclass(frozen=True, slots=True)
class LocatedLine:
    """An indicator's line: its label on the form, and the position of each of its figures."""

    indicator: str
    label: str
    spots: Mapping[ColumnRole, CellPosition]


@dataclass(frozen=True, slots=True)
class LocatedForm:
    """Lines found on a form, and rows of totals."""

    lines: tuple[LocatedLine, ...] = ()
    totals: tuple[int, ...] = ()


def locate_lines(
    indicators: Mapping[str, Indicator], workbook: Workbook, sheet: Sheet, layout: Layout, findings: Findings
) -> LocatedForm:
    """Locate every indicator of the layout that has a line on the form; note issues for rows that match no line."""
    named = dict(_named_spots(workbook, sheet))
    header = find_header(sheet, layout.columns)
    if header is None and not named:
        expected = ", ".join(
            column.header for column in layout.columns if column.role in {ColumnRole.LABEL, *FIGURE_ROLES}
        )
        code = "table_transposed" if is_transposed(sheet, layout.columns) else "header_missing"
        findings.issue(code, FigurePlace(sheet.name, ""), expected=expected)
        return LocatedForm()
    index = LineIndex(indicators, layout)
    if header is not None:
        header = with_label_column(sheet, layout, header, index, findings)
    other = find_header(sheet, layout.village_columns) if layout.village_columns else None
    named_rows = {spot[0] for (_, role), spot in named.items() if role is ColumnRole.NUMERATOR}
    rows = FormRows()
    if header is not None:
        rows = find_rows(sheet, header, end_row(header, other), index, findings, named=named_rows)
    if header is not None:
        check_columns(sheet, layout, header, rows, findings, is_named=bool(named))
        table = TableScope(header, _read_columns(header, named), _body(header, rows), other)
        note_changed_headings(sheet, layout, header, {(role, spot[1]) for (_, role), spot in named.items()}, findings)
        note_unread_columns(sheet, table, findings)
        note_tables_above(sheet, header, lambda text: bool(index.called(text)), findings)
    lines = tuple(_lines(sheet, layout, named, NamedCellCheck(sheet, header, rows.rows, index, findings)))
    note_missing_columns(sheet, layout, header, _missing_roles(indicators, lines), findings, is_named=bool(named))
    return LocatedForm(lines, rows.totals)


def _named_spots(workbook: Workbook, sheet: Sheet) -> Iterator[tuple[tuple[str, ColumnRole], CellPosition]]:
    for name, text in workbook.names.items():
        what, reference = parse_name(name), parse_reference(text)
        if isinstance(what, FigureCellName) and reference is not None and reference.sheet == sheet.name:
            yield (what.indicator, what.role), (reference.row, reference.column)


def _read_columns(header: TableHeader, named: Mapping[tuple[str, ColumnRole], CellPosition]) -> frozenset[int]:
    """Return the columns that are read: those with a known heading, and those that defined names refer to."""
    spans = (column for key in header.columns for column in header.span(key.role))
    return frozenset({*header.columns.values(), *spans, *(column for _, column in named.values())})


def _body(header: TableHeader, rows: FormRows) -> range:
    return range(header.bottom + 1, max(rows.rows.values(), default=header.bottom) + 1)


def _lines(
    sheet: Sheet, layout: Layout, named: Mapping[tuple[str, ColumnRole], CellPosition], check: NamedCellCheck
) -> Iterator[LocatedLine]:
    for line in layout.lines:
        if line.indicator is None:
            continue
        spots = _spots(line, named, check)
        if ColumnRole.NUMERATOR in spots:
            yield LocatedLine(line.indicator, line.label, spots)
        elif check.header is None or check.header.column(ColumnRole.NUMERATOR) is not None:
            check.findings.issue("line_missing", FigurePlace(sheet.name, "", line.label, line.indicator))


def _spots(
    line: Line, named: Mapping[tuple[str, ColumnRole], CellPosition], check: NamedCellCheck
) -> dict[ColumnRole, CellPosition]:
    """Return the position of each figure of a line; note an issue if names and labels disagree."""
    indicator = line.indicator or ""
    row = check.rows.get(indicator)
    spots: dict[ColumnRole, CellPosition] = {}
    for role in FIGURE_ROLES:
        column = check.header.column(role) if check.header is not None else None
        spot = named.get((indicator, role))
        if spot is None and row is not None and column is not None:
            spot = (row, column)
        if spot is not None:
            spots[role] = spot
    check.check(
        line, {role: spots[role] for role in (ColumnRole.NUMERATOR, *FIGURE_ROLES) if (indicator, role) in named}
    )
    return spots


def _missing_roles(indicators: Mapping[str, Indicator], lines: tuple[LocatedLine, ...]) -> frozenset[ColumnRole]:
    """Return the roles of figures that some line needs but has no position for."""
    return frozenset(
        ColumnRole.DENOMINATOR
        for line in lines
        if ColumnRole.DENOMINATOR not in line.spots and indicators[line.indicator].measure is Measure.RATIO
    )
