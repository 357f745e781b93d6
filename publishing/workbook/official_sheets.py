"""The further official sheets: figures by commune for each theme, who has reported, figures that were corrected."""

from collections.abc import Iterable, Iterator, Sequence

from domain.rollups import RollupRow
from publishing.editions import SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.papers import before_and_after, target, verdict
from publishing.figures.provinces import MOST_UNITS_LISTED
from publishing.figures.report import CommuneFigure, ProvinceFigure, ProvinceLine, PublishedFigure, Report, UnitLine
from publishing.workbook.long_sheet import Cell, StyledCell
from publishing.workbook.official_page import OfficialPage
from publishing.workbook.sheets import number_style
from publishing.workbook.table import TableColumn

MOST_FIGURES = 5
"""Most figures side by side on a sheet of a theme: more would be too small on A4."""
_HEAD_HEIGHT = 64.0
"""Points that the longest name of an indicator takes over three columns."""
_LINE = 17.5
_WORST_FIRST = ("missing", "quarantined", "late")


def write_theme(
    page: OfficialPage,
    theme: str,
    figures: Sequence[PublishedFigure],
    report: Report,
    formatter: ReportFormatter,
) -> int:
    """Write figures of a theme by commune, of a large area by province, and sums, targets and coverage below.

    Returns the row of the first unit, counted from 0.
    """
    by_province = bool(report.provinces)
    heads = formatter.text("numerator"), formatter.text("denominator"), formatter.text("paper_rate")
    columns = [
        TableColumn(formatter.text("paper_order"), 6),
        TableColumn(formatter.text("province" if by_province else "unit"), 24),
        *(TableColumn(head, 10) for figure in figures for head in (heads if figure.is_percent else (figure.unit,))),
        TableColumn(formatter.text("reports_accepted" if by_province else "notes"), 20),
    ]
    page.set_widths(columns)
    page.write_heading(theme.upper(), len(columns) - 1)
    head = page.row
    _write_heads(page, figures, columns)
    page.sheet.repeat_rows(head, head + 1)
    page.sheet.freeze_panes(head + 2, 2)
    rows = _province_rows(figures, report, formatter) if by_province else _unit_rows(figures, report, formatter)
    first = page.row
    page.write_rows(rows, columns)
    _write_foot(page, figures, formatter)
    return first


def lists_provinces(report: Report) -> bool:
    """Return whether the workbook lists provinces instead of communes: of a large area, since the third edition."""
    return bool(report.provinces) and report.edition > SECOND_EDITION


def write_coverage(page: OfficialPage, report: Report, formatter: ReportFormatter) -> None:
    """Write who is missing, returned or late, by name, and of an area that can be listed also all others.

    Of a large area counts by province come first; where more are not in time than can be listed, these are all.
    """
    names, widths = ("paper_order", "unit_code", "unit", "status", "received", "days_late"), (6, 12, 40, 30, 22, 12)
    columns = [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]
    page.set_widths(columns)
    page.write_heading(formatter.text("paper_coverage_title").upper(), len(columns) - 1)
    by_province = lists_provinces(report)
    if by_province:
        heads = ("paper_order", "province_code", "province", "reports_accepted", "state_quarantined", "state_missing")
        counted = [TableColumn(formatter.text(name), width) for name, width in zip(heads, widths, strict=True)]
        rows = [_province_row(number, province, formatter) for number, province in enumerate(report.provinces, 1)]
        _write_list(page, counted, rows)
        page.row += 1
    units = sorted(report.units, key=_severity)
    if len(units) > MOST_UNITS_LISTED:
        units = [unit for unit in units if unit.state in _WORST_FIRST]
        is_listed = len(units) <= MOST_UNITS_LISTED or not by_province
        note = formatter.text("paper_coverage_note", sheet=formatter.text("sheet_units"))
        if by_province:
            key = "paper_coverage_late" if is_listed else "paper_coverage_counts"
            note = formatter.text(key, count=len(units))
        page.write_across((0, len(columns) - 1, StyledCell(note, "form_subtitle")))
        if not is_listed:
            return
    rows = [_unit_row(number, unit, formatter) for number, unit in enumerate(units, 1)]
    _write_list(page, columns, rows, is_first=not by_province)


def write_corrections(page: OfficialPage, report: Report, formatter: ReportFormatter) -> None:
    """Write a line for each figure that moved since the revision before."""
    names = ("paper_order", "indicator", "before", "after", "paper_details", "because")
    columns = [
        TableColumn(formatter.text(name), width) for name, width in zip(names, (6, 46, 14, 14, 46, 32), strict=True)
    ]
    page.set_widths(columns)
    page.write_heading(formatter.text("paper_corrections_title").upper(), len(columns) - 1)
    moves = [move for move in report.moves if move.value or move.counts]
    if not moves:
        reason = "changes_first" if report.revision == 1 else "changes_none"
        page.write_across((0, len(columns) - 1, StyledCell(formatter.text(reason), "form_subtitle")))
        return
    rows = [
        [
            StyledCell(str(number), "centre"),
            StyledCell(move.name),
            *(StyledCell(value, "centre") for value in before_and_after(move, report, formatter)),
            StyledCell("\n".join(f"{change.column_name}: {change.before} → {change.after}" for change in move.counts)),
            StyledCell("\n".join(name for name, _ in move.files)),
        ]
        for number, move in enumerate(moves, 1)
    ]
    _write_list(page, columns, rows)


def _write_list(
    page: OfficialPage, columns: Sequence[TableColumn], rows: Iterable[Sequence[Cell]], *, is_first: bool = True
) -> None:
    head = page.row
    page.write_rows([[StyledCell(column.header, "head") for column in columns]], columns)
    page.sheet.repeat_rows(head)
    if is_first:
        page.sheet.freeze_panes(head + 1, 0)
    page.write_rows(rows, columns)


def _write_heads(page: OfficialPage, figures: Sequence[PublishedFigure], columns: Sequence[TableColumn]) -> None:
    """Write two rows: the figures' names over their columns, and what each column holds."""
    head, blank = page.row, StyledCell(None, "head")
    order, unit, *inner, last = (StyledCell(column.header, "head") for column in columns)
    names = [(3 if figure.is_percent else 1, StyledCell(figure.name, "head")) for figure in figures]
    page.write_spans([(1, order), (1, unit), *names, (1, last)], _HEAD_HEIGHT)
    page.write_spans([(1, cell) for cell in (blank, blank, *inner, blank)], _HEAD_HEIGHT / 4)
    page.sheet.merge += [[head, column, head + 1, column] for column in (0, 1, len(columns) - 1)]


def _unit_rows(figures: Sequence[PublishedFigure], report: Report, formatter: ReportFormatter) -> Iterator[list[Cell]]:
    for number, unit in enumerate(report.units, 1):
        row: list[Cell] = [(str(number), "centre"), (unit.name, "text")]
        for figure in figures:
            row += _numbers(figure, figure.of_unit(unit.key))
        row.append((formatter.state(unit) if unit.state in _WORST_FIRST else "", "centre"))
        yield row


def _province_rows(
    figures: Sequence[PublishedFigure], report: Report, formatter: ReportFormatter
) -> Iterator[list[Cell]]:
    for number, province in enumerate(report.provinces, 1):
        numbers = (_numbers(figure, province.figures.get(figure.row.indicator)) for figure in figures)
        yield [
            StyledCell(str(number), "centre"),
            StyledCell(province.name),
            *(cell for cells in numbers for cell in cells),
            StyledCell(formatter.share(province.accepted, province.expected), "centre"),
        ]


def _write_foot(page: OfficialPage, figures: Sequence[PublishedFigure], formatter: ReportFormatter) -> None:
    """Write the rows of the whole area: sums, targets, verdicts, units with a figure."""
    blank = (1, StyledCell(None, "sum_centre"))
    sums = [(1, cell) for figure in figures for cell in _numbers(figure, figure.row, "sum_")]
    page.write_spans([blank, (1, StyledCell(formatter.text("paper_whole_area"), "sum_text")), *sums, blank], _LINE)
    for name, show in (("target", target), ("verdict", verdict), ("coverage", _coverage)):
        cells = [
            (3 if figure.is_percent else 1, StyledCell(show(figure, formatter), "sum_centre")) for figure in figures
        ]
        head = StyledCell(formatter.text(f"paper_{name}"), "sum_text")
        page.write_spans([blank, (1, head), *cells, blank], _LINE)
    if any(figure.row.target_assumed for figure in figures):
        page.row += 1
        page.write_across((0, 0, StyledCell(formatter.text("paper_assumed_note"), "foot")))


def _coverage(figure: PublishedFigure, formatter: ReportFormatter) -> str:
    return formatter.coverage(figure)


def _numbers(
    figure: PublishedFigure, numbers: CommuneFigure | ProvinceFigure | RollupRow | None, prefix: str = ""
) -> list[Cell]:
    """Return numerator, denominator and rate of a figure, or its count alone; empty cells where it has none."""
    value = numbers.value if numbers else None
    if not figure.is_percent:
        return [(value, prefix + number_style(value))]
    counts = (numbers.numerator, numbers.denominator) if numbers else (None, None)
    return [*((number, prefix + number_style(number)) for number in counts), (value, f"{prefix}percent")]


def _severity(unit: UnitLine) -> tuple[int, str]:
    return (_WORST_FIRST.index(unit.state) if unit.state in _WORST_FIRST else len(_WORST_FIRST)), unit.key


def _province_row(number: int, province: ProvinceLine, formatter: ReportFormatter) -> list[StyledCell]:
    return [
        StyledCell(str(number), "centre"),
        StyledCell(province.code, "centre"),
        StyledCell(province.name),
        StyledCell(formatter.share(province.accepted, province.expected), "centre"),
        StyledCell(province.refused, "count"),
        StyledCell(province.missing, "count"),
    ]


def _unit_row(number: int, unit: UnitLine, formatter: ReportFormatter) -> list[StyledCell]:
    return [
        StyledCell(str(number), "centre"),
        StyledCell(unit.code, "centre"),
        StyledCell(unit.name),
        StyledCell(formatter.state(unit), "centre"),
        StyledCell(formatter.received(unit), "centre"),
        StyledCell(unit.days_late or None, "count"),
    ]
