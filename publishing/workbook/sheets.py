"""What stands on each sheet of the published workbook, as rows of cells."""

from decimal import Decimal

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import ChangeLine, CommuneFigure, PublishedFigure, Report, ThemeFigures, UnitLine
from publishing.workbook.table import StyledCell, TableColumn

_SHORT_HASH = 12


def rollup_columns(words: ReportFormatter) -> list[TableColumn]:
    """Head of the sheet of all figures."""
    names = ("theme", "indicator", "value", "numerator", "denominator", "denominator_kind", "target", "attainment")
    widths = (21, 44, 10, 11, 11, 28, 10, 15)
    columns = [TableColumn(words.text(name), width) for name, width in zip(names, widths, strict=True)]
    return [
        *columns,
        TableColumn(words.text("units_with_figure"), 10),
        TableColumn(words.text("status"), 13),
        TableColumn(words.text("notes"), 32),
        TableColumn(words.text("code"), 14),
    ]


def rollup_row(theme: ThemeFigures, figure: PublishedFigure, words: ReportFormatter) -> list[StyledCell]:
    """One figure of the area."""
    row = figure.row
    judged = {True: "good", False: "poor", None: "centre"}[row.attained]
    # Not a warning of its own when a unit is missing: the status beside it says so in words.
    notes = [words.text("assumed_note")] if row.target_assumed else []
    return [
        StyledCell(theme.name),
        StyledCell(figure.name, "strong" if theme.headline else "text"),
        StyledCell(row.value, _number_style(row.value, percent=figure.is_percent)),
        StyledCell(row.numerator, _number_style(row.numerator)),
        StyledCell(row.denominator, _number_style(row.denominator)),
        StyledCell(figure.denominator_kind),
        StyledCell(row.target, _number_style(row.target, percent=figure.is_percent)),
        StyledCell(words.attainment(figure), judged),
        StyledCell(words.coverage(figure), "centre"),
        StyledCell(words.status(row.status), "centre" if row.status == "complete" else "poor"),
        StyledCell("; ".join(note for note in [*notes, row.notes] if note)),
        StyledCell(row.indicator, "code"),
    ]


def commune_columns(words: ReportFormatter) -> list[TableColumn]:
    """Head of the sheet that leads down to the cells."""
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
    return [TableColumn(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def commune_row(figure: PublishedFigure, commune: CommuneFigure) -> list[StyledCell]:
    """What one commune gave for one figure, and the cells it stands in."""
    return [
        StyledCell(figure.name),
        StyledCell(commune.name),
        StyledCell(commune.value, _number_style(commune.value, percent=figure.is_percent)),
        StyledCell(commune.numerator, _number_style(commune.numerator)),
        StyledCell(commune.denominator, _number_style(commune.denominator)),
        StyledCell(commune.addresses),
        StyledCell(commune.file_name),
        StyledCell(commune.sha256[:_SHORT_HASH], "code"),
        StyledCell(commune.unit, "centre"),
        StyledCell(figure.row.indicator, "code"),
    ]


def unit_columns(words: ReportFormatter) -> list[TableColumn]:
    """Head of the sheet of units."""
    names = ("unit_code", "unit", "status", "received", "file", "sha256")
    widths = (12, 26, 24, 18, 40, 16)
    return [TableColumn(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def unit_row(unit: UnitLine, words: ReportFormatter) -> list[StyledCell]:
    """Where one unit stands."""
    return [
        StyledCell(unit.code, "centre"),
        StyledCell(unit.name),
        StyledCell(words.state(unit), "good" if unit.state in {"accepted", "late"} else "poor"),
        StyledCell(words.time(unit.received_at), "centre"),
        StyledCell(unit.file_name),
        StyledCell((unit.sha256 or "")[:_SHORT_HASH], "code"),
    ]


def change_columns(words: ReportFormatter) -> list[TableColumn]:
    """Head of the sheet of moved figures."""
    names = ("indicator", "moved_column", "before", "after", "because", "sha256", "code")
    widths = (46, 24, 20, 20, 32, 14, 14)
    return [TableColumn(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def change_row(change: ChangeLine) -> list[StyledCell]:
    """One moved figure: from what to what, because of which file."""
    return [
        StyledCell(change.name),
        StyledCell(change.column_name),
        StyledCell(change.before, "centre"),
        StyledCell(change.after, "centre"),
        StyledCell(change.file_name),
        StyledCell((change.sha256 or "")[:_SHORT_HASH], "code"),
        StyledCell(change.indicator, "code"),
    ]


def heading(report: Report, words: ReportFormatter) -> list[StyledCell]:
    """What every sheet begins with: which area, period and revision, and whether anybody is missing."""
    completeness = words.completeness(report)
    if report.absent:
        who = words.text("partial_note", count=len(report.absent), names=words.absent_names(report))
        state = StyledCell(f"{words.text('partial_heading')}: {completeness}. {who}", "warning")
    else:
        state = StyledCell(f"{completeness}.", "subtitle")
    revision = words.text("revision", number=report.revision)
    published = words.text("published_at", time=words.time(report.published_at))
    days = f"{report.period_name} ({words.period_days(report)})"
    return [
        StyledCell(f"{words.text('title')} – {report.area_name}", "title"),
        StyledCell(" · ".join([*filter(None, [days, report.standpoint]), revision, published]), "subtitle"),
        state,
    ]


def _number_style(number: Decimal | None, *, percent: bool = False) -> str:
    if percent:
        return "percent"
    return "count" if number is None or number == number.to_integral_value() else "decimal"
