"""The sheet that explains the workbook: columns, denominators, targets and their documents, method and cautions."""

from publishing.data.rollup_csv import COLUMNS
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure, Report
from publishing.workbook.table import SheetWriter, StyledCell, TableColumn

_WIDTHS = (50, 50, 50, 40, 18)


def write_notes(page: SheetWriter, report: Report, words: ReportFormatter) -> None:
    """Fill the sheet, one section below the other."""
    page.set_widths([TableColumn("", width) for width in _WIDTHS])
    page.write_lines([StyledCell(words.text("sheet_notes"), "title")])
    page.write_lines([StyledCell(line, "subtitle") for line in _cautions(report, words)])
    figures = [figure for theme in report.themes for figure in theme.figures]
    _section(page, words, "explain_indicators", "explain_kinds")
    heads = ("indicator", "numerator", "denominator", "denominator_kind", "code")
    page.write_table("ChiTieu", _columns(words, heads), [_indicator_row(figure) for figure in figures])
    _section(page, words, "explain_targets", "explain_assumed")
    promised = [_target_row(figure, words) for figure in figures if figure.row.target is not None]
    page.write_table("MucTieu", _columns(words, ("indicator", "target", "document")), promised)
    _section(page, words, "explain_columns")
    page.write_table(
        "CacCot", _columns(words, ("column_name", "meaning")), [_column_row(column, words) for column in COLUMNS]
    )


def _section(page: SheetWriter, words: ReportFormatter, title: str, *lines: str) -> None:
    page.row += 1
    page.write_lines(
        [StyledCell(words.text(title), "section"), *(StyledCell(words.text(line), "subtitle") for line in lines)]
    )


def _columns(words: ReportFormatter, names: tuple[str, ...]) -> list[TableColumn]:
    return [TableColumn(words.text(name), width) for name, width in zip(names, _WIDTHS, strict=False)]


def _cautions(report: Report, words: ReportFormatter) -> list[str]:
    lines = [words.text("rounding_note"), words.text("files_note"), words.text("run", run_id=report.run_id)]
    return [words.text("sample_note"), *lines] if report.is_sample else lines


def _indicator_row(figure: PublishedFigure) -> list[StyledCell]:
    return [
        StyledCell(figure.name),
        StyledCell(figure.numerator_name),
        StyledCell(figure.denominator_name),
        StyledCell(figure.denominator_kind),
        StyledCell(figure.row.indicator, "code"),
    ]


def _target_row(figure: PublishedFigure, words: ReportFormatter) -> list[StyledCell]:
    return [StyledCell(figure.name), StyledCell(words.target(figure), "centre"), StyledCell(figure.target_document)]


def _column_row(column: str, words: ReportFormatter) -> list[StyledCell]:
    return [
        StyledCell(column, "code"),
        StyledCell(f"{words.text(f'column_{column}')}. {words.text(f'meaning_{column}')}"),
    ]
