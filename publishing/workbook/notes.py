"""The explanatory sheet of the workbook: columns, denominators, targets and their documents, method, cautions."""

from publishing.data.rollup_csv import columns_of
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure, Report
from publishing.workbook.long_sheet import StyledCell
from publishing.workbook.table import SheetWriter, TableColumn

_WIDTHS = (50, 50, 50, 40, 18)


def write_notes(page: SheetWriter, report: Report, formatter: ReportFormatter) -> None:
    """Write the sheet's sections, one below the other."""
    page.set_widths([TableColumn("", width) for width in _WIDTHS])
    page.write_lines([StyledCell(formatter.text("sheet_notes"), "title")])
    page.write_lines([StyledCell(line, "subtitle") for line in _cautions(report, formatter)])
    figures = [figure for theme in report.themes for figure in theme.figures]
    _section(page, formatter, "explain_indicators", "explain_kinds")
    heads = ("indicator", "numerator", "denominator", "denominator_kind", "code")
    page.write_table("ChiTieu", _columns(formatter, heads), [_indicator_row(figure) for figure in figures])
    _section(page, formatter, "explain_targets", "explain_assumed")
    targets = [_target_row(figure, formatter) for figure in figures if figure.row.target is not None]
    page.write_table("MucTieu", _columns(formatter, ("indicator", "target", "document")), targets)
    _section(page, formatter, "explain_columns")
    page.write_table(
        "CacCot",
        _columns(formatter, ("column_name", "meaning")),
        [_column_row(column, formatter) for column in columns_of(formatter.edition)],
    )


def _section(page: SheetWriter, formatter: ReportFormatter, title: str, *lines: str) -> None:
    page.row += 1
    page.write_lines(
        [
            StyledCell(formatter.text(title), "section"),
            *(StyledCell(formatter.text(line), "subtitle") for line in lines),
        ]
    )


def _columns(formatter: ReportFormatter, names: tuple[str, ...]) -> list[TableColumn]:
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, _WIDTHS, strict=False)]


def _cautions(report: Report, formatter: ReportFormatter) -> list[str]:
    lines = [formatter.text("rounding_note"), report.files_note, formatter.text("run", run_id=report.run_id)]
    return [formatter.text("sample_note"), *lines] if report.is_sample else lines


def _indicator_row(figure: PublishedFigure) -> list[StyledCell]:
    return [
        StyledCell(figure.name),
        StyledCell(figure.numerator_name),
        StyledCell(figure.denominator_name),
        StyledCell(figure.denominator_kind),
        StyledCell(figure.row.indicator, "code"),
    ]


def _target_row(figure: PublishedFigure, formatter: ReportFormatter) -> list[StyledCell]:
    return [StyledCell(figure.name), StyledCell(formatter.target(figure), "centre"), StyledCell(figure.target_document)]


def _column_row(column: str, formatter: ReportFormatter) -> list[StyledCell]:
    return [
        StyledCell(column, "code"),
        StyledCell(f"{formatter.text(f'column_{column}')}. {formatter.text(f'meaning_{column}')}"),
    ]
