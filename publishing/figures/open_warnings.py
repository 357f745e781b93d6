"""Warnings about a revision's figures: one note per warning and unit, with its figures and its answer."""

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import WarningNote
from warehouse.queries import FigureWarning, Revision


def warning_notes_of(revision: Revision, names: dict[str, str], formatter: ReportFormatter) -> tuple[WarningNote, ...]:
    """Return the warnings about a revision's figures, unanswered ones first.

    `names` maps codes of indicators to their names.
    """
    by_warning: dict[tuple[str, str, str, str], list[str]] = {}
    for warning in revision.asked:
        title = formatter.catalog.issue_title(warning.asked.issue, formatter.lang)
        key = (warning.unit, _unit(warning, revision), title, _answer(warning, formatter))
        by_warning.setdefault(key, []).append(names.get(warning.indicator, warning.indicator))
    notes = [
        WarningNote(unit, name, title, tuple(dict.fromkeys(figures)), answer)
        for (unit, name, title, answer), figures in by_warning.items()
    ]
    return tuple(sorted(notes, key=lambda note: (bool(note.answer), note.unit)))


def _unit(warning: FigureWarning, revision: Revision) -> str:
    return warning.unit_name if warning.period == revision.period else f"{warning.unit_name} ({warning.period})"


def _answer(warning: FigureWarning, formatter: ReportFormatter) -> str:
    return "" if warning.asked.waiver is None else formatter.answer(warning.asked.waiver)
