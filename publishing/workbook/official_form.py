"""The first official sheet: the form that is signed, with the area's figures by theme, after Decree 30/2020/NĐ-CP."""

from collections.abc import Iterator

from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import roman
from publishing.figures.office import office_of
from publishing.figures.papers import change_in_number, target, verdict
from publishing.figures.report import PublishedFigure, Report
from publishing.workbook.long_sheet import StyledCell
from publishing.workbook.official_page import OfficialPage
from publishing.workbook.sheets import number_style
from publishing.workbook.table import TableColumn

_COLUMNS = {
    "order": 6,
    "indicator": 46,
    "unit_of_count": 9,
    "denominator": 12,
    "numerator": 12,
    "value": 13,
    "change": 12,
    "target": 12,
    "verdict": 22,
    "coverage": 12,
}
"""Columns of the form, by the ends of the keys of their headers, and their widths."""
_COLUMN_NUMBERS = ("A", "B", "C", "1", "2", "3=2/1×100", "4", "5", "6", "7")
_LEFT, _LAST = 2, len(_COLUMNS) - 1
_SIGNATURE_ROWS = 5


def write_official_form(page: OfficialPage, report: Report, formatter: ReportFormatter) -> None:
    """Write heading, table, notes and signature blocks, and set up the print."""
    columns = [TableColumn(formatter.text(f"paper_{name}"), width) for name, width in _COLUMNS.items()]
    page.set_widths(columns)
    office = office_of(report, formatter)
    right = _LEFT + 1
    page.write_across((0, _LEFT, StyledCell(office.body, "body")), (right, _LAST, StyledCell(office.nation, "nation")))
    page.write_across(
        (0, _LEFT, StyledCell(office.number, "number")), (right, _LAST, StyledCell(office.motto, "motto"))
    )
    page.write_across((right, _LAST, StyledCell(office.place_and_date, "place")))
    page.row += 1
    page.write_heading(formatter.text("paper_form_title"), _LAST)
    head = page.row
    page.write_rows([[StyledCell(column.header, "head") for column in columns]], columns)
    page.write_rows([[StyledCell(number, "column") for number in _COLUMN_NUMBERS]], columns)
    page.sheet.repeat_rows(head, head + 1)
    page.sheet.freeze_panes(page.row, 0)
    page.write_rows(list(_rows(report, formatter)), columns)
    page.row += 1
    if any(figure.row.target_assumed for theme in report.themes for figure in theme.figures):
        page.write_across((0, _LAST, StyledCell(formatter.text("paper_assumed_note"), "foot")))
    page.write_across((0, _LAST, StyledCell(formatter.text("rounding_note"), "foot")), height=30)
    page.row += 1
    _write_signatures(page, office.signatory, formatter)
    page.sheet.print_area(0, 0, page.row - 1, _LAST)


def heading_lines(report: Report, formatter: ReportFormatter) -> list[StyledCell]:
    """Return the lines below the title of an official sheet: area and period, revision, whether units are missing."""
    published = formatter.text("published_at", time=formatter.time(report.published_at))
    revision = [report.standpoint, formatter.text("revision", number=report.revision), published]
    partial = f"{formatter.text('partial_heading')}: " if report.absent else ""
    return [
        StyledCell(f"{report.area_name} – {report.period_name} ({formatter.period_days(report)})", "form_subtitle"),
        StyledCell(" · ".join(filter(None, revision)), "form_subtitle"),
        StyledCell(f"{partial}{formatter.completeness(report)}.", "form_state"),
        *([StyledCell(formatter.text("sample_note"), "form_state")] if report.is_sample else []),
    ]


def _rows(report: Report, formatter: ReportFormatter) -> Iterator[list[StyledCell]]:
    number = 0
    for order, theme in enumerate(report.themes, 1):
        blank = [StyledCell(None, "theme")] * (_LAST - 1)
        yield [StyledCell(roman(order), "theme_number"), StyledCell(theme.name, "theme"), *blank]
        for figure in theme.figures:
            number += 1
            yield _figure_row(str(number), figure, formatter, report.edition)


def _figure_row(number: str, figure: PublishedFigure, formatter: ReportFormatter, edition: int) -> list[StyledCell]:
    row = figure.row
    return [
        StyledCell(number, "centre"),
        StyledCell(figure.name),
        StyledCell(figure.unit, "centre"),
        StyledCell(row.denominator, number_style(row.denominator)),
        StyledCell(row.numerator if figure.is_percent else None, number_style(row.numerator)),
        StyledCell(figure.in_place, "centre")
        if figure.in_place
        else StyledCell(row.value, number_style(row.value, percent=figure.is_percent)),
        StyledCell(change_in_number(figure, formatter, edition), "centre"),
        StyledCell(target(figure, formatter), "centre"),
        StyledCell(verdict(figure, formatter), "centre"),
        StyledCell(formatter.coverage(figure), "centre"),
    ]


def _write_signatures(page: OfficialPage, signatory: tuple[str, ...], formatter: ReportFormatter) -> None:
    texts, lang = formatter.catalog.texts, formatter.lang
    left = ["", *[""] * (len(signatory) - 2), texts.text("workbooks.sign_maker", lang)][-len(signatory) :]
    for mine, theirs in zip(left, signatory, strict=True):
        page.write_across(
            (0, _LEFT, StyledCell(mine, "signatory")), (_LEFT + 1, _LAST, StyledCell(theirs, "signatory"))
        )
    page.write_across(
        (0, _LEFT, StyledCell(texts.text("workbooks.sign_maker_hint", lang), "hint")),
        (_LEFT + 1, _LAST, StyledCell(texts.text("workbooks.sign_chair_hint", lang), "hint")),
    )
    page.row += _SIGNATURE_ROWS
