"""The warnings about a revision's figures, each once, with all figures of a unit that it is about and its answer."""

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import WarningNote
from warehouse.queries import FigureWarning, Revision


def questions_of(revision: Revision, names: dict[str, str], words: ReportFormatter) -> tuple[WarningNote, ...]:
    """What is asked and answered about a revision's figures; those that wait for an answer first.

    `names` are those of the indicators, by code.
    """
    results: dict[tuple[str, str, str, str], list[str]] = {}
    for open_warning in revision.asked:
        title = words.catalog.issue_title(open_warning.asked.issue, words.lang)
        key = (open_warning.unit, _unit(open_warning, revision), title, _answer(open_warning, words))
        results.setdefault(key, []).append(names.get(open_warning.indicator, open_warning.indicator))
    questions = [
        WarningNote(unit, name, title, tuple(dict.fromkeys(figures)), answer)
        for (unit, name, title, answer), figures in results.items()
    ]
    return tuple(sorted(questions, key=lambda question: (bool(question.answer), question.unit)))


def _unit(figure_warning: FigureWarning, revision: Revision) -> str:
    return (
        figure_warning.unit_name
        if figure_warning.period == revision.period
        else f"{figure_warning.unit_name} ({figure_warning.period})"
    )


def _answer(figure_warning: FigureWarning, words: ReportFormatter) -> str:
    return "" if figure_warning.asked.waiver is None else words.answer(figure_warning.asked.waiver)
