"""The official part of the workbook, which stands before its annexes: form, themes, chart, coverage, corrections."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import xlsxwriter

from domain.texts import cut
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure, Report, ThemeFigures
from publishing.workbook.long_sheet import LongSheet, StyledCell
from publishing.workbook.official_form import heading_lines, write_official_form
from publishing.workbook.official_page import OfficialPage
from publishing.workbook.official_sheets import (
    MOST_FIGURES,
    write_corrections,
    write_coverage,
    write_theme,
)
from publishing.workbook.official_styles import make_official_styles

_LONGEST_NAME = 31
"""Letters that the name of a sheet may have."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_MOST_BARS = 40
"""Most units that a chart shows: the names of more would cover each other."""
_FONT = {"name": "Times New Roman", "size": 11}


@dataclass(frozen=True, slots=True)
class _Bars:
    """The cells that a chart of units is drawn from: names and rates of a theme's main figure."""

    title: str
    sheet: str
    first: int
    last: int
    column: int


def write_official(book: xlsxwriter.Workbook, report: Report, formatter: ReportFormatter) -> None:
    """Add the official sheets to a workbook."""
    _OfficialWriter(book, report, formatter).write()


class _OfficialWriter:
    """Writes the official sheets of one workbook, in their order."""

    def __init__(self, book: xlsxwriter.Workbook, report: Report, formatter: ReportFormatter) -> None:
        self.book, self.report, self.formatter = book, report, formatter
        self.styles, self._lines = make_official_styles(book), heading_lines(report, formatter)

    def write(self) -> None:
        report, formatter = self.report, self.formatter
        write_official_form(self._page(formatter.text("paper_sheet_form")), report, formatter)
        self._lines = [StyledCell(formatter.text("paper_enclosed"), "form_subtitle"), *self._lines]
        bars: list[_Bars] = []
        for order, theme in enumerate(report.themes, 1):
            for part, figures in enumerate(_parts(theme)):
                name = f"{order}. {theme.name}" if part == 0 else f"{order}.{part + 1}. {theme.name}"
                page = self._page(name)
                first = write_theme(page, theme.name, figures, report, formatter)
                if part == 0 and theme.headline and theme.lead.is_percent:
                    bars.append(self._bars(page, theme, first))
        if bars and 1 < self._bar_count <= _MOST_BARS:
            self._write_charts(bars)
        write_coverage(self._page(formatter.text("paper_sheet_coverage")), report, formatter)
        write_corrections(self._page(formatter.text("paper_sheet_corrections")), report, formatter)

    @property
    def _bar_count(self) -> int:
        return len(self.report.provinces or self.report.units)

    def _page(self, name: str) -> OfficialPage:
        plain = cut(_NOT_IN_NAMES.sub(" ", name), _LONGEST_NAME)
        return OfficialPage(self.book.add_worksheet(plain, LongSheet), self.styles, self._lines)

    def _bars(self, page: OfficialPage, theme: ThemeFigures, first: int) -> _Bars:
        """Return the cells of the theme's main figure, which stands first."""
        return _Bars(f"{theme.name}: {theme.lead.name}", page.sheet.name, first, first + self._bar_count - 1, 4)

    def _write_charts(self, bars: list[_Bars]) -> None:
        page = self._page(self.formatter.text("paper_sheet_charts"))
        page.sheet.set_portrait()
        page.sheet.fit_to_pages(1, 1)
        title = f"{self.report.area_name} – {self.report.period_name}"
        page.write_across((0, 9, StyledCell(title, "form_title")))
        for bar in bars:
            chart = self.book.add_chart({"type": "column"})
            chart.add_series(
                {
                    "categories": [bar.sheet, bar.first, 1, bar.last, 1],
                    "values": [bar.sheet, bar.first, bar.column, bar.last, bar.column],
                    "fill": {"color": "#0B4F6C"},
                    "data_labels": {"value": True, "font": {**_FONT, "size": 9}},
                    "gap": 60,
                }
            )
            chart.set_title({"name": bar.title, "name_font": {**_FONT, "size": 13}, "overlay": False})
            chart.set_legend({"none": True})
            chart.set_x_axis({"num_font": {**_FONT, "size": 10}})
            chart.set_y_axis({"min": 0, "max": 100, "num_format": '0"%"', "num_font": _FONT})
            chart.set_size({"width": 690, "height": 300})
            page.sheet.insert_chart(page.row + 1, 0, chart, {"description": bar.title})
            page.row += 16


def _parts(theme: ThemeFigures) -> Iterator[tuple[PublishedFigure, ...]]:
    """Yield the theme's figures, the main one first, in equal parts that fit on the width of a sheet."""
    figures = (theme.lead, *theme.others)
    size = math.ceil(len(figures) / math.ceil(len(figures) / MOST_FIGURES))
    for start in range(0, len(figures), size):
        yield figures[start : start + size]
