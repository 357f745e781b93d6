"""What defined names point at, seen against the labels and headings that people see there."""

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
    """The form's table as headings and labels show it: its heading, and the row that each known line was found in."""

    sheet: Sheet
    header: TableHeader | None
    rows: Mapping[str, int]
    index: LineIndex
    findings: Findings

    def see(self, line: Line, pointed: Mapping[ColumnRole, CellPosition]) -> None:
        """See that the names of a line point at its row and at columns headed as theirs."""
        for role, spot in pointed.items():
            self._see_column(line, role, spot)
        for row in dict.fromkeys(spot[0] for spot in pointed.values()):
            self._see_label(line, next(spot for spot in pointed.values() if spot[0] == row))

    def _place(self, line: Line, spot: CellPosition) -> FigurePlace:
        return FigurePlace(self.sheet.name, cell_address(*spot), line.label, line.indicator)

    def _see_column(self, line: Line, role: ColumnRole, spot: CellPosition) -> None:
        """See that the column a name points at is not headed as the column of other figures."""
        if self.header is None:
            return
        headed = next((other for other in FIGURE_ROLES if self.header.column(other) == spot[1]), role)
        own = self.header.column(role)
        if headed is not role or (own is not None and own != spot[1]):
            heading = text_at(self.sheet, self.header.bottom, spot[1]) or text_at(self.sheet, self.header.top, spot[1])
            self.findings.issue("label_disagrees", self._place(line, spot), found=heading, expected=line.label)

    def _see_label(self, line: Line, spot: CellPosition) -> None:
        """See that the row a name points at is labelled as the line it is the name of."""
        if self.rows.get(line.indicator or "") == spot[0]:
            return
        columns = self.header.span(ColumnRole.LABEL) if self.header is not None else ()
        if not columns:
            self._see_any_label(self.sheet.rows.get(spot[0], ()), line, self._place(line, spot))
            return
        label = row_label(self.sheet, spot[0], columns, None)
        is_elsewhere = line.indicator in self.rows or any(self._names_another(text, line) for text in label.texts)
        if is_elsewhere:
            self.findings.issue("label_disagrees", self._place(line, spot), found=label.shown, expected=line.label)
        elif normalise_label(label.shown) != normalise_label(line.label):
            self.findings.issue("label_changed", self._place(line, spot), found=label.shown, expected=line.label)

    def _see_any_label(self, cells: Sequence[Cell], line: Line, place: FigurePlace) -> None:
        """Where no heading tells the column of labels, no text of the row may be another line's label."""
        for cell in cells:
            if cell.text and self._names_another(cell.text, line):
                self.findings.issue("label_disagrees", place, found=cell.text, expected=line.label)

    def _names_another(self, text: str, line: Line) -> bool:
        lines = self.index.called(text)
        return bool(lines) and line not in lines
