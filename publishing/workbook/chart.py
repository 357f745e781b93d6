"""The workbook's chart: headline rates and their targets, with the table that it is drawn from."""

from collections.abc import Sequence

import xlsxwriter

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure
from publishing.workbook.long_sheet import StyledCell
from publishing.workbook.styles import BRAND, LINE
from publishing.workbook.table import SheetWriter, TableColumn

_FONT = {"name": "Times New Roman", "size": 11}
_TARGET = "#E0A030"


def write_chart(
    book: xlsxwriter.Workbook, page: SheetWriter, figures: Sequence[PublishedFigure], formatter: ReportFormatter
) -> None:
    """Write the table of rates and targets and a bar chart of it; without rates, only the table's header."""
    columns = [
        TableColumn(formatter.text("indicator"), 62),
        TableColumn(formatter.text("value"), 16),
        TableColumn(formatter.text("target"), 16),
    ]
    page.set_widths(columns)
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1)
    head = page.row
    rows = [_row(figure) for figure in figures]
    page.write_table("BieuDo", columns, rows)
    if not figures:
        return
    chart = book.add_chart({"type": "bar"})
    first, last, sheet = head + 1, page.row - 1, page.sheet.name
    names, *series = zip(*([value for value, _ in row] for row in rows), strict=True)
    for column, colour, values in zip((1, 2), (BRAND, _TARGET), series, strict=True):
        chart.add_series(
            {
                "name": [sheet, head, column],
                "name_data": [columns[column].header],
                "categories": [sheet, first, 0, last, 0],
                "categories_data": list(names),
                "values": [sheet, first, column, last, column],
                # As XlsxWriter takes them from cells that it knows.
                "values_data": ["" if value is None else f"{value:.16g}" for value in values],
                "fill": {"color": colour},
                "data_labels": {"value": True, "font": {**_FONT, "size": 9}},
                "gap": 60,
            }
        )
    chart.set_title({"name": formatter.text("chart_title"), "name_font": {**_FONT, "size": 14}})
    grid = {"visible": True, "line": {"color": LINE}}
    chart.set_y_axis({"reverse": True, "num_font": _FONT})
    chart.set_x_axis({"min": 0, "num_format": "0", "num_font": _FONT, "major_gridlines": grid})
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_size({"width": 690, "height": 140 + 46 * len(figures)})
    page.sheet.insert_chart(page.row + 1, 0, chart, {"description": formatter.text("chart_title"), "x_offset": 4})


def _row(figure: PublishedFigure) -> list[StyledCell]:
    return [StyledCell(figure.name), StyledCell(figure.row.value, "percent"), StyledCell(figure.row.target, "percent")]
