"""Content of the published workbook's sheets, as rows of cells."""

from collections.abc import Iterator
from decimal import Decimal

from publishing.figures.formatter import SHORT_HASH, ReportFormatter
from publishing.figures.report import (
    ChangeLine,
    ProvinceFigure,
    ProvinceLine,
    PublishedFigure,
    Report,
    ThemeFigures,
    UnitLine,
)
from publishing.workbook.long_sheet import Cell, StyledCell
from publishing.workbook.table import TableColumn

_WHOLE = Decimal(1)


def rollup_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of all figures."""
    names = ("theme", "indicator", "value", "numerator", "denominator", "denominator_kind", "target", "attainment")
    widths = (21, 44, 10, 11, 11, 28, 10, 15)
    columns = [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]
    return [
        *columns,
        TableColumn(formatter.text("units_with_figure"), 10),
        TableColumn(formatter.text("status"), 13),
        TableColumn(formatter.text("notes"), 32),
        TableColumn(formatter.text("code"), 14),
    ]


def rollup_row(theme: ThemeFigures, figure: PublishedFigure, formatter: ReportFormatter) -> list[StyledCell]:
    """Return the row of one figure of the area."""
    row = figure.row
    attained_style = {True: "good", False: "poor", None: "centre"}[figure.attained]
    # No note that a unit is missing: the status column says so.
    notes = [formatter.text("assumed_note")] if row.target_assumed else []
    return [
        StyledCell(theme.name),
        StyledCell(figure.name, "strong" if theme.headline else "text"),
        StyledCell(row.value, number_style(row.value, percent=figure.is_percent)),
        StyledCell(row.numerator, number_style(row.numerator)),
        StyledCell(row.denominator, number_style(row.denominator)),
        StyledCell(figure.denominator_kind),
        StyledCell(row.target, number_style(row.target, percent=figure.is_percent)),
        StyledCell(formatter.attainment(figure), attained_style),
        StyledCell(formatter.coverage(figure), "centre"),
        StyledCell(formatter.status(row.status), "centre" if row.status == "complete" else "poor"),
        StyledCell("; ".join(note for note in [*notes, row.notes] if note)),
        StyledCell(row.indicator, "code"),
    ]


def commune_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of communes, with source cells."""
    names = (
        "indicator",
        "unit",
        "value",
        "numerator",
        "denominator",
        "source_cell",
        "file",
        "sha256",
        "unit_code",
        "code",
    )
    widths = (42, 18, 10, 11, 11, 26, 30, 14, 9, 14)
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]


def commune_rows(figure: PublishedFigure) -> Iterator[list[Cell]]:
    """Yield the rows of the communes' figures, with their source cells."""
    name, code = (figure.name, "text"), (figure.row.indicator, "code")
    for commune in figure.communes:
        yield [
            name,
            (commune.name, "text"),
            (commune.value, number_style(commune.value, percent=figure.is_percent)),
            (commune.numerator, number_style(commune.numerator)),
            (commune.denominator, number_style(commune.denominator)),
            (commune.addresses, "text"),
            (commune.file_name, "text"),
            (commune.sha256[:SHORT_HASH], "code"),
            (commune.unit, "centre"),
            code,
        ]


def province_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of provinces, which a large area has instead of that of communes."""
    names = ("indicator", "province", "value", "numerator", "denominator", "province_code", "code")
    widths = (52, 28, 10, 14, 14, 10, 14)
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]


def province_row(figure: PublishedFigure, province: ProvinceLine) -> list[StyledCell]:
    """Return the row of one province's figure; without numbers where it has none."""
    sums = province.figures.get(figure.row.indicator) or ProvinceFigure(None, None, None)
    return [
        StyledCell(figure.name),
        StyledCell(province.name),
        StyledCell(sums.value, number_style(sums.value, percent=figure.is_percent)),
        StyledCell(sums.numerator, number_style(sums.numerator)),
        StyledCell(sums.denominator, number_style(sums.denominator)),
        StyledCell(province.code, "centre"),
        StyledCell(figure.row.indicator, "code"),
    ]


def province_units_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of units of a large area, which counts them by province."""
    names = (
        "province_code",
        "province",
        "column_units_expected",
        "reports_accepted",
        "state_late",
        "state_quarantined",
        "state_missing",
    )
    widths = (12, 30, 16, 16, 16, 16, 16)
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]


def province_units_row(province: ProvinceLine) -> list[StyledCell]:
    """Return the row of one province: how many of its units report how."""
    counts = (province.expected, province.accepted, province.late, province.refused, province.missing)
    numbers = [StyledCell(count, "count") for count in counts]
    return [StyledCell(province.code, "centre"), StyledCell(province.name), *numbers]


def unit_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of units."""
    names = ("unit_code", "unit", "status", "received", "file", "sha256")
    widths = (12, 26, 24, 18, 40, 16)
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]


def unit_row(unit: UnitLine, formatter: ReportFormatter) -> list[StyledCell]:
    """Return the row of one unit's reporting status."""
    return [
        StyledCell(unit.code, "centre"),
        StyledCell(unit.name),
        StyledCell(formatter.state(unit), "good" if unit.state in {"accepted", "late"} else "poor"),
        StyledCell(formatter.received(unit), "centre"),
        StyledCell(unit.file_name),
        StyledCell((unit.sha256 or "")[:SHORT_HASH], "code"),
    ]


def change_columns(formatter: ReportFormatter) -> list[TableColumn]:
    """Return the columns of the sheet of changes."""
    names = ("indicator", "moved_column", "before", "after", "because", "sha256", "code")
    widths = (46, 24, 20, 20, 32, 14, 14)
    return [TableColumn(formatter.text(name), width) for name, width in zip(names, widths, strict=True)]


def change_row(change: ChangeLine) -> list[StyledCell]:
    """Return the row of one change: values before and after, and the file that caused it."""
    return [
        StyledCell(change.name),
        StyledCell(change.column_name),
        StyledCell(change.before, "centre"),
        StyledCell(change.after, "centre"),
        StyledCell(change.file_name),
        StyledCell((change.sha256 or "")[:SHORT_HASH], "code"),
        StyledCell(change.indicator, "code"),
    ]


def heading(report: Report, formatter: ReportFormatter) -> list[StyledCell]:
    """Return the heading of every sheet: area, period, revision, and whether reports are missing."""
    completeness = formatter.completeness(report)
    if report.absent:
        absent = formatter.text("partial_note", count=len(report.absent), names=formatter.absent_names(report))
        state = StyledCell(f"{formatter.text('partial_heading')}: {completeness}. {absent}", "warning")
    else:
        state = StyledCell(f"{completeness}.", "subtitle")
    revision = formatter.text("revision", number=report.revision)
    published = formatter.text("published_at", time=formatter.time(report.published_at))
    days = f"{report.period_name} ({formatter.period_days(report)})"
    return [
        StyledCell(f"{formatter.text('title')} – {report.area_name}", "title"),
        StyledCell(" · ".join([*filter(None, [days, report.standpoint]), revision, published]), "subtitle"),
        state,
    ]


def number_style(number: Decimal | None, *, percent: bool = False) -> str:
    """Return the name of the style of a number: a percentage, a count, or a number with decimals."""
    if percent:
        return "percent"
    if number is None or number.same_quantum(_WHOLE):  # nearly all; comparing takes four times as long
        return "count"
    return "count" if number == number.to_integral_value() else "decimal"
