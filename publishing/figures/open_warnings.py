"""The warnings about a revision's figures, each once, with all figures of a unit that it is about and its answer."""

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import WarningNote
from warehouse.queries import FigureWarning, Revision


def questions_of(revision: Revision, names: dict[str, str], words: ReportFormatter) -> tuple[WarningNote, ...]:
    """What is asked and answered about a revision's figures; those that wait for an answer first.

    `names` are those of the indicators, by code.
    """
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for one in revision.asked:
        title = words.catalog.issue_title(one.asked.issue, words.lang)
        key = (one.unit, _unit(one, revision), title, _answer(one, words))
        found.setdefault(key, []).append(names.get(one.indicator, one.indicator))
    questions = [
        WarningNote(unit, name, title, tuple(dict.fromkeys(figures)), answer)
        for (unit, name, title, answer), figures in found.items()
    ]
    return tuple(sorted(questions, key=lambda one: (bool(one.answer), one.unit)))


def _unit(one: FigureWarning, revision: Revision) -> str:
    return one.unit_name if one.period == revision.period else f"{one.unit_name} ({one.period})"


def _answer(one: FigureWarning, words: ReportFormatter) -> str:
    return "" if one.asked.waiver is None else words.answer(one.asked.waiver)
