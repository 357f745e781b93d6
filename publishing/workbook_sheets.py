"""What stands on each sheet of the published workbook, as rows of cells."""

from decimal import Decimal

from publishing.report import ChangeLine, CommuneFigure, Figure, Report, ThemeFigures, UnitLine
from publishing.wording import Wording
from publishing.workbook_table import Cell, Column

_SHORT_HASH = 12


def rollup_columns(words: Wording) -> list[Column]:
    """Head of the sheet of all figures."""
    names = ("theme", "indicator", "value", "numerator", "denominator", "denominator_kind", "target", "attainment")
    widths = (21, 44, 10, 11, 11, 28, 10, 15)
    columns = [Column(words.text(name), width) for name, width in zip(names, widths, strict=True)]
    return [
        *columns,
        Column(words.text("units_with_figure"), 10),
        Column(words.text("status"), 13),
        Column(words.text("notes"), 32),
        Column(words.text("code"), 14),
    ]


def rollup_row(theme: ThemeFigures, figure: Figure, words: Wording) -> list[Cell]:
    """One figure of the area."""
    row = figure.row
    judged = {True: "good", False: "poor", None: "centre"}[row.attained]
    # Not a warning of its own when a unit is missing: the status beside it says so in words.
    notes = [words.text("assumed_note")] if row.target_assumed else []
    return [
        Cell(theme.name),
        Cell(figure.name, "strong" if theme.headline else "text"),
        Cell(row.value, _number_style(row.value, percent=figure.is_percent)),
        Cell(row.numerator, _number_style(row.numerator)),
        Cell(row.denominator, _number_style(row.denominator)),
        Cell(figure.denominator_kind),
        Cell(row.target, _number_style(row.target, percent=figure.is_percent)),
        Cell(words.attainment(figure), judged),
        Cell(words.coverage(figure), "centre"),
        Cell(words.status(row.status), "centre" if row.status == "complete" else "poor"),
        Cell("; ".join(note for note in [*notes, row.notes] if note)),
        Cell(row.indicator, "code"),
    ]


def commune_columns(words: Wording) -> list[Column]:
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
    return [Column(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def commune_row(figure: Figure, commune: CommuneFigure) -> list[Cell]:
    """What one commune gave for one figure, and the cells it stands in."""
    return [
        Cell(figure.name),
        Cell(commune.name),
        Cell(commune.value, _number_style(commune.value, percent=figure.is_percent)),
        Cell(commune.numerator, _number_style(commune.numerator)),
        Cell(commune.denominator, _number_style(commune.denominator)),
        Cell(commune.addresses),
        Cell(commune.file_name),
        Cell(commune.sha256[:_SHORT_HASH], "code"),
        Cell(commune.unit, "centre"),
        Cell(figure.row.indicator, "code"),
    ]


def unit_columns(words: Wording) -> list[Column]:
    """Head of the sheet of units."""
    names = ("unit_code", "unit", "status", "received", "file", "sha256")
    widths = (12, 26, 24, 18, 40, 16)
    return [Column(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def unit_row(unit: UnitLine, words: Wording) -> list[Cell]:
    """Where one unit stands."""
    return [
        Cell(unit.code, "centre"),
        Cell(unit.name),
        Cell(words.state(unit), "good" if unit.state in {"accepted", "late"} else "poor"),
        Cell(words.time(unit.received_at), "centre"),
        Cell(unit.file_name),
        Cell((unit.sha256 or "")[:_SHORT_HASH], "code"),
    ]


def change_columns(words: Wording) -> list[Column]:
    """Head of the sheet of moved figures."""
    names = ("indicator", "moved_column", "before", "after", "because", "sha256", "code")
    widths = (46, 24, 20, 20, 32, 14, 14)
    return [Column(words.text(name), width) for name, width in zip(names, widths, strict=True)]


def change_row(change: ChangeLine) -> list[Cell]:
    """One moved figure: from what to what, because of which file."""
    return [
        Cell(change.name),
        Cell(change.column_name),
        Cell(change.before, "centre"),
        Cell(change.after, "centre"),
        Cell(change.file_name),
        Cell((change.sha256 or "")[:_SHORT_HASH], "code"),
        Cell(change.indicator, "code"),
    ]


def heading(report: Report, words: Wording) -> list[Cell]:
    """What every sheet begins with: which area, period and revision, and whether anybody is missing."""
    completeness = words.completeness(report)
    if report.absent:
        who = words.text("partial_note", count=len(report.absent), names=words.absent_names(report))
        state = Cell(f"{words.text('partial_heading')}: {completeness}. {who}", "warning")
    else:
        state = Cell(f"{completeness}.", "subtitle")
    revision = words.text("revision", number=report.revision)
    published = words.text("published_at", time=words.time(report.published_at))
    days = f"{report.period_name} ({words.period_days(report)})"
    return [
        Cell(f"{words.text('title')} – {report.area_name}", "title"),
        Cell(" · ".join([*filter(None, [days, report.standpoint]), revision, published]), "subtitle"),
        state,
    ]


def _number_style(number: Decimal | None, *, percent: bool = False) -> str:
    if percent:
        return "percent"
    return "count" if number is None or number == number.to_integral_value() else "decimal"
