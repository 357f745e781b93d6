"""Detection of the label column under an unknown heading ("Nội dung chỉ tiêu") by the labels in it."""

from collections import Counter
from dataclasses import replace

from domain.layouts import ColumnRole, Layout
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Sheet
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.tables.heading_cells import ColumnKey
from workbooks.tables.line_index import LineIndex
from workbooks.tables.table_header import TableHeader


def with_label_column(
    sheet: Sheet, layout: Layout, header: TableHeader, index: LineIndex, findings: Findings
) -> TableHeader:
    """Return the header with a label column: if none has that heading, the column that holds half of the labels."""
    if header.column(ColumnRole.LABEL) is not None or header.column(ColumnRole.CODE) is not None:
        return header
    label_counts = Counter(
        cell.column
        for row, cells in sheet.rows.items()
        for cell in cells
        if row > header.bottom and cell.text and any(line.indicator for line in index.called(cell.text))
    )
    column, count = max(label_counts.items(), key=lambda pair: pair[1], default=(0, 0))
    if column in header.columns.values() or 2 * count < len(index.labels):
        return header
    expected = next((column.header for column in layout.columns if column.role is ColumnRole.LABEL), "")
    place = FigurePlace(sheet.name, cell_address(header.bottom, column))
    findings.issue("heading_changed", place, found=header.others.get(column, ""), expected=expected)
    return replace(header, columns={**header.columns, ColumnKey(ColumnRole.LABEL): column})
