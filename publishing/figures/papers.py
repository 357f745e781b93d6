"""Words of the office's papers on a figure: its target, the verdict on it, its change since an earlier period."""

from publishing.editions import SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.office import in_sentence
from publishing.figures.report import FigureMove, PublishedFigure, Report
from publishing.figures.trends import FigureComparison

_NONE = "–"


def target(figure: PublishedFigure, formatter: ReportFormatter) -> str:
    """Format a target; an assumed one with a mark that a note below explains."""
    if figure.row.target is None:
        return _NONE
    # Targets are round numbers: unlike measured rates they have no decimals to keep.
    shown = formatter.number(figure.row.target) + ("%" if figure.is_percent else "")
    return f"{shown} {formatter.text('paper_assumed_mark')}" if figure.row.target_assumed else shown


def verdict(figure: PublishedFigure, formatter: ReportFormatter) -> str:
    """Tell whether a target is attained, in few words; the note on assumed targets says why nothing is told of them."""
    if figure.row.target is None:
        return _NONE
    return formatter.text("paper_not_assessed") if figure.attained is None else formatter.attainment(figure)


def change_in_number(figure: PublishedFigure, formatter: ReportFormatter, edition: int) -> str:
    """Format the change since the preceding period as a number with its sign, of percentages in points.

    Points have two decimals since the third edition, as percentages do.
    """
    comparison = figure.change_from_last
    if comparison is None or comparison.change is None:
        return _NONE
    decimals = 2 if figure.is_percent and edition > SECOND_EDITION else None
    return formatter.signed(comparison.change, decimals)


def before_and_after(move: FigureMove, report: Report, formatter: ReportFormatter) -> tuple[str, str]:
    """Return the values before and after a revision; since the third edition the same ones where only counts moved."""
    if move.value:
        return move.value.before, move.value.after
    figure = report.unchanged(move)
    value = formatter.amount(figure, figure.row.value) if figure else _NONE
    return value, value


def change_in_words(figure: PublishedFigure, comparison: FigureComparison | None, formatter: ReportFormatter) -> str:
    """Tell by how much a figure has risen or fallen since an earlier period; empty where that has no figure."""
    if comparison is None:
        return ""
    period = in_sentence(comparison.period_name, formatter.lang)
    if comparison.change is None:
        return formatter.text("paper_compared", period=period, change=comparison.text)
    facts = {"period": period, "value": formatter.amount(figure, comparison.value)}
    if comparison.change == 0:
        return formatter.text("paper_unchanged", **facts)
    moved = "paper_risen" if comparison.change > 0 else "paper_fallen"
    amount = formatter.change(abs(comparison.change), is_percent=figure.is_percent).removeprefix("+")
    return formatter.text(moved, change=amount, **facts)
