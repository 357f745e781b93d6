"""The warnings about a revision's figures, each once, with all figures of a unit that it is about and its answer."""

from publishing.report import Question
from publishing.wording import Wording
from warehouse.queries import AskedFigure, Revision


def questions_of(revision: Revision, names: dict[str, str], words: Wording) -> tuple[Question, ...]:
    """What is asked and answered about a revision's figures; those that wait for an answer first.

    `names` are those of the indicators, by code.
    """
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for one in revision.asked:
        title = words.catalog.issue_title(one.asked.issue, words.lang)
        key = (one.unit, _unit(one, revision), title, _answer(one, words))
        found.setdefault(key, []).append(names.get(one.indicator, one.indicator))
    questions = [
        Question(unit, name, title, tuple(dict.fromkeys(figures)), answer)
        for (unit, name, title, answer), figures in found.items()
    ]
    return tuple(sorted(questions, key=lambda one: (bool(one.answer), one.unit)))


def _unit(one: AskedFigure, revision: Revision) -> str:
    return one.unit_name if one.period == revision.period else f"{one.unit_name} ({one.period})"


def _answer(one: AskedFigure, words: Wording) -> str:
    return "" if one.asked.waiver is None else words.answer(one.asked.waiver)
