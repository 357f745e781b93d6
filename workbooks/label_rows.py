"""The row of each line of a form, found by its label; rows with figures that no line claims are issues."""

from collections.abc import Mapping, Sequence

from domain.layouts import Role
from workbooks.addresses import cell_address
from workbooks.cells import Cell, CellKind, Sheet
from workbooks.findings import Findings, Place
from workbooks.labels import nearest
from workbooks.line_index import LineIndex
from workbooks.stamp import FIGURE_ROLES
from workbooks.table_header import TableHeader, is_column_number_row

_LONGEST_FIGURE = 24


def find_rows(sheet: Sheet, header: TableHeader | None, index: LineIndex, findings: Findings) -> Mapping[str, int]:
    """Row by indicator. A line that comes twice is an issue and keeps its first row."""
    column = header.column(Role.LABEL) if header is not None else None
    if header is None or column is None:
        return {}
    order = header.column(Role.ORDER)
    figures = [number for role in FIGURE_ROLES if (number := header.column(role)) is not None]
    found: dict[str, int] = {}
    unknown: list[tuple[Place, str]] = []
    for row, cells in sheet.rows.items():
        if row <= header.bottom:
            continue
        label = text_at(sheet, row, column)
        line = index.find(label, text_at(sheet, row, order) if order else "")
        place = Place(
            sheet.name, cell_address(row, column), line.label if line else "", line.indicator if line else None
        )
        if line is None or line.indicator is None:
            if _has_figures(cells, figures) and not is_column_number_row(cells):
                unknown.append((place, label))
        elif line.indicator in found:
            findings.issue("line_twice", place, found=cell_address(found[line.indicator], column))
        else:
            found[line.indicator] = row
    _note_unknown(unknown, index, found, findings)
    return found


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """The text at a place, its spaces squeezed; a number's digits where a number stands there."""
    cell = sheet.at(row, column)
    if cell is None:
        return ""
    return " ".join((cell.text or str(cell.value or "")).split())


def _note_unknown(
    unknown: Sequence[tuple[Place, str]], index: LineIndex, found: Mapping[str, int], findings: Findings
) -> None:
    """A label like one that is still missing is a figure about to be lost; any other line may be the commune's own."""
    missing = [line.label for line in index.lines if line.indicator is not None and line.indicator not in found]
    for place, label in unknown:
        candidates = nearest(label, missing)
        if not label:
            findings.issue("figure_without_label", place)
        elif candidates:
            findings.issue("label_unplaced", place, found=label, candidates="; ".join(candidates))
        else:
            findings.issue("label_unknown", place, found=label, candidates="; ".join(nearest(label, index.labels)))


def _has_figures(cells: Sequence[Cell], columns: Sequence[int]) -> bool:
    """Whether a row holds a number, or a text that begins like one, in a column of figures."""
    return any(cell.column in columns and _is_like_a_figure(cell) for cell in cells)


def _is_like_a_figure(cell: Cell) -> bool:
    # A place and date below the table ("Lâm Sơn, ngày 15 tháng 5 năm 2025") holds digits too.
    text = cell.text.strip()
    return cell.kind is CellKind.NUMBER or (text[:1].isdigit() and len(text) <= _LONGEST_FIGURE)
