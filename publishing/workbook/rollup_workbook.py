"""The rollup as an Excel workbook: the official form, then annexes with every figure, source cell, unit and change."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report
from publishing.workbook import sheets
from publishing.workbook.chart import write_chart
from publishing.workbook.long_sheet import Cell, LongSheet, StyledCell
from publishing.workbook.notes import write_notes
from publishing.workbook.official import write_official
from publishing.workbook.official_sheets import lists_provinces
from publishing.workbook.styles import make_styles
from publishing.workbook.table import SheetWriter, TableColumn

# In memory: XlsxWriter then dates the parts of the zip 1980-01-01, and the same report gives the same bytes.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(report: Report, formatter: ReportFormatter, *, official: bool = True) -> bytes:
    """Write the whole workbook; its bytes depend on report and formatter only.

    Args:
        report: the content.
        formatter: its texts and numbers.
        official: whether the official form stands before its annexes; the first edition had these alone.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    title = f"{formatter.text('title')} – {report.area_name} – {report.period_name}"
    book.set_properties({"title": title, "created": report.published_at.replace(tzinfo=None)})
    if official:
        write_official(book, report, formatter)
    _WorkbookWriter(book, report, formatter).write()
    book.close()
    for sheet in book.worksheets():
        vars(
            sheet
        ).clear()  # book and sheets hold one another, and all cells: they need not wait for a look for garbage
    return out.getvalue()


class _WorkbookWriter:
    """Writes the sheets of one workbook, in their order."""

    def __init__(self, book: xlsxwriter.Workbook, report: Report, formatter: ReportFormatter) -> None:
        self.book, self.report, self.formatter = book, report, formatter
        self.styles = make_styles(book)
        self.heading = sheets.heading(report, formatter)
        self.figures = [(theme, figure) for theme in report.themes for figure in theme.figures]

    def write(self) -> None:
        formatter, report = self.formatter, self.report
        rollup = [sheets.rollup_row(theme, figure, formatter) for theme, figure in self.figures]
        self._list("rollup", "TongHop", sheets.rollup_columns(formatter), rollup, frozen=2)
        rates = [figure for theme, figure in self.figures if theme.headline and figure.is_percent]
        write_chart(self.book, self._page("chart"), rates, formatter)
        if lists_provinces(report):
            self._list_provinces()
        else:
            self._list_units()
        changes = [sheets.change_row(change) for change in report.changes]
        self._list("changes", "ThayDoi", sheets.change_columns(formatter), changes, frozen=1)
        write_notes(self._blank_page("notes"), report, formatter)

    def _list_units(self) -> None:
        formatter, report = self.formatter, self.report
        communes = (row for _, figure in self.figures for row in sheets.commune_rows(figure))
        self._list("communes", "TheoXa", sheets.commune_columns(formatter), communes, frozen=2)
        units = [sheets.unit_row(unit, formatter) for unit in report.units]
        self._list("units", "DonVi", sheets.unit_columns(formatter), units, frozen=2)

    def _list_provinces(self) -> None:
        formatter, provinces = self.formatter, self.report.provinces
        figures = [sheets.province_row(figure, province) for _, figure in self.figures for province in provinces]
        self._list("provinces", "TheoTinh", sheets.province_columns(formatter), figures, frozen=2)
        units = [sheets.province_units_row(province) for province in provinces]
        self._list("units", "DonVi", sheets.province_units_columns(formatter), units, frozen=2)

    def _blank_page(self, name: str) -> SheetWriter:
        return SheetWriter(self.book.add_worksheet(self.formatter.text(f"sheet_{name}"), LongSheet), self.styles)

    def _page(self, name: str) -> SheetWriter:
        """Add a sheet with the common heading, which all sheets but the last have."""
        page = self._blank_page(name)
        page.write_lines(self.heading)
        if name in {"communes", "provinces"} and self.report.is_sample:
            page.write_lines([StyledCell(self.formatter.text("sample_note"), "warning")])
        if name == "provinces":
            page.write_lines([StyledCell(self.formatter.text("units_in_parts"), "subtitle")])
        if name == "changes" and not self.report.changes:
            reason = "changes_first" if self.report.revision == 1 else "changes_none"
            page.write_lines([StyledCell(self.formatter.text(reason), "subtitle")])
        page.row += 1
        return page

    def _list(
        self,
        name: str,
        table: str,
        columns: Sequence[TableColumn],
        rows: Iterable[Sequence[Cell]],
        *,
        frozen: int,
    ) -> None:
        """Add a sheet with one long table, its header and first columns frozen."""
        page = self._page(name)
        page.set_widths(columns)
        head = page.row
        page.write_table(table, columns, rows)
        page.sheet.freeze_panes(head + 1, frozen)
        page.sheet.repeat_rows(head)
