"""The sheet that explains the workbook: columns, denominators, targets and their documents, method and cautions."""

from publishing.report import Figure, Report
from publishing.rollup_csv import COLUMNS
from publishing.wording import Wording
from publishing.workbook_table import Cell, Column, Page

_WIDTHS = (50, 50, 50, 40, 18)


def write_notes(page: Page, report: Report, words: Wording) -> None:
    """Fill the sheet, one section below the other."""
    page.set_widths([Column("", width) for width in _WIDTHS])
    page.write_lines([Cell(words.text("sheet_notes"), "title")])
    page.write_lines([Cell(line, "subtitle") for line in _cautions(report, words)])
    figures = [figure for theme in report.themes for figure in theme.figures]
    _section(page, words, "explain_indicators", "explain_kinds")
    heads = ("indicator", "numerator", "denominator", "denominator_kind", "code")
    page.write_table("ChiTieu", _columns(words, heads), [_indicator_row(figure) for figure in figures])
    _section(page, words, "explain_targets", "explain_assumed")
    promised = [_target_row(figure, words) for figure in figures if figure.row.target is not None]
    page.write_table("MucTieu", _columns(words, ("indicator", "target", "document")), promised)
    _section(page, words, "explain_columns")
    page.write_table(
        "CacCot", _columns(words, ("column_name", "meaning")), [_column_row(one, words) for one in COLUMNS]
    )


def _section(page: Page, words: Wording, title: str, *lines: str) -> None:
    page.row += 1
    page.write_lines([Cell(words.text(title), "section"), *(Cell(words.text(line), "subtitle") for line in lines)])


def _columns(words: Wording, names: tuple[str, ...]) -> list[Column]:
    return [Column(words.text(name), width) for name, width in zip(names, _WIDTHS, strict=False)]


def _cautions(report: Report, words: Wording) -> list[str]:
    lines = [words.text("rounding_note"), words.text("files_note"), words.text("run", run_id=report.run_id)]
    return [words.text("sample_note"), *lines] if report.is_sample else lines


def _indicator_row(figure: Figure) -> list[Cell]:
    return [
        Cell(figure.name),
        Cell(figure.numerator_name),
        Cell(figure.denominator_name),
        Cell(figure.denominator_kind),
        Cell(figure.row.indicator, "code"),
    ]


def _target_row(figure: Figure, words: Wording) -> list[Cell]:
    return [Cell(figure.name), Cell(words.target(figure), "centre"), Cell(figure.target_document)]


def _column_row(column: str, words: Wording) -> list[Cell]:
    return [Cell(column, "code"), Cell(f"{words.text(f'column_{column}')}. {words.text(f'meaning_{column}')}")]
