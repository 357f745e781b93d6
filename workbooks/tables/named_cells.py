"""Comparison of cells that defined names refer to with the visible labels and headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.layouts import ColumnRole, Line
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell, Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import FIGURE_ROLES
from workbooks.tables.label_texts import row_label, text_at
from workbooks.tables.line_index import LineIndex
from workbooks.tables.table_header import TableHeader
from workbooks.text.labels import normalise_label

CellPosition = tuple[int, int]
"""Row and column of a cell."""


@dataclass(frozen=True, slots=True)
class NamedCellCheck:
    """Check of defined names against the form's visible table: its heading, and the row of each known line."""

    sheet: Sheet
    header: TableHeader | None
    rows: Mapping[str, int]
    index: LineIndex
    findings: Findings

    def check(self, line: Line, pointed: Mapping[ColumnRole, CellPosition]) -> None:
        """Note names of a line that do not refer to its row or to columns with their headings."""
        for role, spot in pointed.items():
            self._check_column(line, role, spot)
        for row in dict.fromkeys(spot[0] for spot in pointed.values()):
            self._check_label(line, next(spot for spot in pointed.values() if spot[0] == row))

    def _place(self, line: Line, spot: CellPosition) -> FigurePlace:
        return FigurePlace(self.sheet.name, cell_address(*spot), line.label, line.indicator)

    def _check_column(self, line: Line, role: ColumnRole, spot: CellPosition) -> None:
        """Note a name that refers to a column with the heading of other figures."""
        if self.header is None:
            return
        headed = next((other for other in FIGURE_ROLES if self.header.column(other) == spot[1]), role)
        own = self.header.column(role)
        if headed is not role or (own is not None and own != spot[1]):
            heading = text_at(self.sheet, self.header.bottom, spot[1]) or text_at(self.sheet, self.header.top, spot[1])
            self.findings.issue("label_disagrees", self._place(line, spot), found=heading, expected=line.label)

    def _check_label(self, line: Line, spot: CellPosition) -> None:
        """Note a name that refers to a row with another label than its line."""
        if self.rows.get(line.indicator or "") == spot[0]:
            return
        columns = self.header.span(ColumnRole.LABEL) if self.header is not None else ()
        if not columns:
            self._check_all_texts(self.sheet.rows.get(spot[0], ()), line, self._place(line, spot))
            return
        label = row_label(self.sheet, spot[0], columns, None)
        is_elsewhere = line.indicator in self.rows or any(self._names_another(text, line) for text in label.texts)
        if is_elsewhere:
            self.findings.issue("label_disagrees", self._place(line, spot), found=label.shown, expected=line.label)
        elif normalise_label(label.shown) != normalise_label(line.label):
            self.findings.issue("label_changed", self._place(line, spot), found=label.shown, expected=line.label)

    def _check_all_texts(self, cells: Sequence[Cell], line: Line, place: FigurePlace) -> None:
        """Note every text of the row that is another line's label, since the label column is unknown."""
        for cell in cells:
            if cell.text and self._names_another(cell.text, line):
                self.findings.issue("label_disagrees", place, found=cell.text, expected=line.label)

    def _names_another(self, text: str, line: Line) -> bool:
        lines = self.index.called(text)
        return bool(lines) and line not in lines
