"""Where on the form each indicator's figures stand: by defined names where stamped, else by label and heading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.catalog import Catalog
from domain.layouts import Layout, Line, Role
from workbooks.addresses import cell_address, parse_reference
from workbooks.cells import Cell, CellKind, Sheet, Workbook
from workbooks.findings import Findings, Place
from workbooks.label_rows import find_rows, text_at
from workbooks.labels import nearest, normalise_label
from workbooks.line_index import LineIndex
from workbooks.stamp import FIGURE_ROLES, FigureName, parse_name
from workbooks.table_header import TableHeader, find_header

_NEEDED = (Role.LABEL, Role.NUMERATOR, Role.DENOMINATOR)
Spot = tuple[int, int]
"""Row and column of a cell."""


@dataclass(frozen=True, slots=True)
class LocatedLine:
    """An indicator's line: what it is called on the form, and where each of its figures stands."""

    indicator: str
    label: str
    spots: Mapping[Role, Spot]


@dataclass(frozen=True, slots=True)
class _Table:
    """The form's table: its heading, and the row that each known line was found in."""

    header: TableHeader | None
    rows: Mapping[str, int]
    index: LineIndex


def locate_lines(
    catalog: Catalog, workbook: Workbook, sheet: Sheet, layout: Layout, findings: Findings
) -> tuple[LocatedLine, ...]:
    """Every indicator of the layout that the form has a line for; what cannot be placed is an issue."""
    index = LineIndex(catalog, layout)
    named = dict(_named_spots(workbook, sheet))
    header = find_header(sheet, layout.columns)
    if header is None and not named:
        expected = ", ".join(column.header for column in layout.columns if column.role in _NEEDED)
        findings.issue("header_missing", Place(sheet.name, ""), expected=expected)
        return ()
    if header is not None:
        _check_columns(sheet, layout, header, findings, is_named=bool(named))
    table = _Table(header, find_rows(sheet, header, index, findings), index)
    found: list[LocatedLine] = []
    for line in layout.lines:
        if line.indicator is None:
            continue
        spots = _spots(sheet, line, named, table, findings)
        if Role.NUMERATOR in spots:
            found.append(LocatedLine(line.indicator, line.label, spots))
        elif header is None or header.column(Role.NUMERATOR) is not None:
            findings.issue("line_missing", Place(sheet.name, "", line.label, line.indicator))
    return tuple(found)


def _named_spots(workbook: Workbook, sheet: Sheet) -> Iterator[tuple[tuple[str, Role], Spot]]:
    for name, text in workbook.names.items():
        what, reference = parse_name(name), parse_reference(text)
        if isinstance(what, FigureName) and reference is not None and reference.sheet == sheet.name:
            yield (what.indicator, what.role), (reference.row, reference.column)


def _check_columns(sheet: Sheet, layout: Layout, header: TableHeader, findings: Findings, *, is_named: bool) -> None:
    """Note headings that are missing, come twice, or belong to no layout while figures stand below them."""
    for column in layout.columns:
        if header.column(column.role) is None and column.role in _NEEDED and not is_named:
            near = nearest(column.header, header.others.values())
            findings.issue(
                "column_missing",
                Place(sheet.name, cell_address(header.top, 1)), expected=column.header, candidates="; ".join(near),
            )  # fmt: skip
        for key, cells in header.repeated.items():
            if key.role is column.role and column.role in FIGURE_ROLES and not is_named:
                findings.issue("column_twice", Place(sheet.name, cells[0]), found=column.header)
    for number, text in header.others.items():
        below = (sheet.at(row, number) for row in sheet.rows if row > header.bottom + 1)
        if any(cell is not None and cell.kind is CellKind.NUMBER for cell in below):
            findings.issue("column_ignored", Place(sheet.name, cell_address(header.bottom, number)), found=text)


def _spots(
    sheet: Sheet, line: Line, named: Mapping[tuple[str, Role], Spot], table: _Table, findings: Findings
) -> dict[Role, Spot]:
    """Where a line's figures stand; names and labels that point at different rows are an issue."""
    indicator = line.indicator or ""
    row = table.rows.get(indicator)
    spots: dict[Role, Spot] = {}
    for role in FIGURE_ROLES:
        column = table.header.column(role) if table.header is not None else None
        spot = named.get((indicator, role))
        if spot is None and row is not None and column is not None:
            spot = (row, column)
        if spot is not None:
            spots[role] = spot
    pointed = {role: spots[role] for role in (Role.NUMERATOR, *FIGURE_ROLES) if (indicator, role) in named}
    for role, spot in pointed.items():
        _check_column(sheet, line, (role, spot), table, findings)
    for row in dict.fromkeys(spot[0] for spot in pointed.values()):
        _check_label(sheet, line, next(spot for spot in pointed.values() if spot[0] == row), table, findings)
    return spots


def _check_column(sheet: Sheet, line: Line, pointed: tuple[Role, Spot], table: _Table, findings: Findings) -> None:
    """See that the column a name points at is not headed as the column of other figures."""
    role, spot = pointed
    if table.header is None:
        return
    headed = next((other for other in FIGURE_ROLES if table.header.column(other) == spot[1]), role)
    if headed is not role:
        place = Place(sheet.name, cell_address(*spot), line.label, line.indicator)
        heading = text_at(sheet, table.header.bottom, spot[1]) or text_at(sheet, table.header.top, spot[1])
        findings.issue("label_disagrees", place, found=heading, expected=line.label)


def _check_label(sheet: Sheet, line: Line, spot: Spot, table: _Table, findings: Findings) -> None:
    """See that the row a name points at is labelled as the line it is the name of."""
    column = table.header.column(Role.LABEL) if table.header is not None else None
    place = Place(sheet.name, cell_address(*spot), line.label, line.indicator)
    if column is None:
        _check_any_label(sheet.rows.get(spot[0], ()), line, place, table, findings)
        return
    if table.rows.get(line.indicator or "") == spot[0]:
        return
    label = text_at(sheet, spot[0], column)
    is_elsewhere = line.indicator in table.rows or table.index.find(label, "") is not None
    if is_elsewhere:
        findings.issue("label_disagrees", place, found=label, expected=line.label)
    elif normalise_label(label) != normalise_label(line.label):
        findings.issue("label_changed", place, found=label, expected=line.label)


def _check_any_label(cells: Sequence[Cell], line: Line, place: Place, table: _Table, findings: Findings) -> None:
    """Where no heading tells the column of labels, no text of the row may be another line's label."""
    for cell in cells:
        found = table.index.find(cell.text, "") if cell.text else None
        if found is not None and found.indicator != line.indicator:
            findings.issue("label_disagrees", place, found=cell.text, expected=line.label)
