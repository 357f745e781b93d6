"""Sheets of a workbook whose table has the headings of a form."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.layouts import Column, ColumnRole
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell, Sheet, Workbook
from workbooks.cells.stamp import FIGURE_ROLES, META_SHEET
from workbooks.numbers.share_text import read_share_text
from workbooks.tables.cell_shapes import is_column_number_row, resembles_figure
from workbooks.tables.heading_cells import HEADING_HEIGHT
from workbooks.tables.table_header import TableHeader, find_header

_FIGURE_ROLES = frozenset({*FIGURE_ROLES, ColumnRole.FIGURE})
_RESULTS = frozenset({ColumnRole.NUMERATOR, ColumnRole.FIGURE})
_LONGEST_FIGURE = 24


@dataclass(frozen=True, slots=True)
class FormCandidate:
    """A sheet whose table has the headings of a form."""

    sheet: Sheet
    header: TableHeader

    @property
    def figures(self) -> tuple[Cell, ...]:
        """Return the cells below the headings of figures, without the row that numbers the columns."""
        return self._below(_FIGURE_ROLES)

    @property
    def is_filled_in(self) -> bool:
        """Return whether a result was entered; denominators may have been prefilled by the template."""
        return any(resembles_figure(cell) for cell in self._below(_RESULTS))

    def _below(self, roles: Collection[ColumnRole]) -> tuple[Cell, ...]:
        columns = {number for key, number in self.header.columns.items() if key.role in roles}
        return tuple(
            cell
            for row, cells in self.sheet.rows.items()
            if row > self.header.bottom and not self._numbers_columns(row)
            for cell in cells
            if cell.column in columns
        )

    def _numbers_columns(self, row: int) -> bool:
        is_near = row - self.header.bottom < HEADING_HEIGHT
        return is_near and is_column_number_row(self.header.own(self.sheet.rows[row]), below_heading=True)

    @property
    def first_heading(self) -> str:
        """Return the address where its heading begins."""
        return cell_address(self.header.top, min(self.header.columns.values()))

    @property
    def is_prose(self) -> bool:
        """Return whether most figures are sentences, as in a guide that explains the form under the form's headings."""
        long = [cell.text for cell in self.figures if len(cell.text) > _LONGEST_FIGURE]
        sentences = sum(read_share_text(text, is_count=True) is None for text in long)
        return 2 * sentences > len(self.figures)


def find_form_candidates(workbook: Workbook, columns: Iterable[Sequence[Column]]) -> tuple[FormCandidate, ...]:
    """Return the sheets that hold a table with one of these sets of headings, without sheets of prose."""
    column_sets = tuple(columns)
    candidates: list[FormCandidate] = []
    for sheet in workbook.sheets:
        headers = (find_header(sheet, column_set) for column_set in column_sets)
        header = next((header for header in headers if header is not None), None)
        if header is not None and sheet.name != META_SHEET and not _is_prose(FormCandidate(sheet, header)):
            candidates.append(FormCandidate(sheet, header))
    return tuple(candidates)


def _is_prose(candidate: FormCandidate) -> bool:
    key = _is_prose, candidate.header.top, candidate.header.bottom, *candidate.header.columns.items()
    return candidate.sheet.compute_once(key, lambda: candidate.is_prose)
