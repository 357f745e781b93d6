"""Texts of the catalogue: what an issue says in each language, and which cell texts are marks."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.issues import Issue, Severity
from domain.observations import CellState
from domain.rules import Rule
from domain.texts import Lang, Text, normalise_name

ISSUE_FACTS = frozenset({"found", "expected", "cell", "sheet", "indicator", "unit", "unit_name"})
"""Facts every issue text may name; a code or rule lists further ones under `facts`."""


@dataclass(frozen=True, slots=True)
class IssueText:
    """What a reading code says: a title, what is wrong, what the official should do; and how grave it is."""

    title: Text
    message: Text
    action: Text
    severity: Severity
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellMarks:
    """Texts that stand for something in a figure's cell, normalised as `normalise_name` does.

    `scale` are words that multiply the number before them, with their power of ten ("nghìn": 3), `rates` words that
    hold one of them and multiply nothing ("phần nghìn"). `yes` and `no` answer besides the template's own two words;
    `other_figures` over a column say that it holds others than the period's, `provisional` words that a report calls
    its own figures into question.
    """

    zero: frozenset[str]
    no_figure: frozenset[str]
    not_applicable: frozenset[str]
    scale: Mapping[str, int] = field(default_factory=dict)
    rates: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    other_figures: frozenset[str] = frozenset()
    provisional: frozenset[str] = frozenset()

    def state_of(self, text: str) -> CellState | None:
        """What a cell's text stands for; None when it is no mark. No figure counts as blank."""
        key = normalise_name(text)
        if key in self.zero:
            return CellState.ZERO
        if key in self.no_figure:
            return CellState.BLANK
        if key in self.not_applicable:
            return CellState.NOT_APPLICABLE
        return None


class _Forgiving(dict[str, object]):
    """Facts of a text that is shown to an official: what is not known is shown as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def show(text: Text, lang: Lang, facts: Mapping[str, object]) -> str:
    """Fill a text for an official; a missing fact becomes "?", an empty one a dash, never an exception."""
    filled = {name: "?" if fact is None else "–" if fact == "" else fact for name, fact in facts.items()}
    return text.format(lang, _Forgiving(filled))


def issue_facts(issue: Issue, indicator_name: str | None, unit_name: str | None) -> dict[str, object]:
    """Everything an issue's texts may name."""
    return {
        "found": issue.found,
        "expected": issue.expected,
        "cell": issue.cell,
        "sheet": issue.sheet,
        "indicator": indicator_name or issue.indicator,
        "unit": issue.unit,
        "unit_name": unit_name or issue.unit,
        **issue.facts,
    }


def marks_of(sentence: str) -> frozenset[str]:
    """Names of the `{marks}` that a sentence uses.

    Raises:
        ValueError: a brace is not closed, or a mark is more than a plain name.
    """
    names: set[str] = set()
    for _, name, form, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is no plain name")
        names.add(name)
    return frozenset(names)


def texts_of_rule(rule: Rule) -> IssueText:
    """A rule's own texts in the shape of a reading code's."""
    return IssueText(rule.title, rule.message, rule.action, rule.severity)
