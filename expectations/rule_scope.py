"""The scope of rules: the indicators they apply to, and whether they use other reports."""

from collections.abc import Collection
from typing import Final

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import DUE, OBSERVATIONS, REGISTER, SUBMISSIONS, TABLES
from expectations.registry import kind_of
from expectations.sql import rule_query

_PREVIOUS_REPORT: Final = "t.previous_period"
"""Column by which a rule compares a report with that of the period before as a whole."""
_OF_THE_REPORT: Final = frozenset({SUBMISSIONS, OBSERVATIONS, DUE, REGISTER})


def uses_other_reports(rule: Rule, indicators: Collection[Indicator]) -> bool:
    """Tell whether a rule's result for a report depends on other reports; `indicators` are the catalogue's.

    Raises:
        RuleBrokenError: there is no such kind.
        ValueError: the rule cannot be translated into SQL.
    """
    query = rule_query(rule, kind_of(rule), "any", indicators)
    return _PREVIOUS_REPORT in query or any(table in query for table in TABLES.keys() - _OF_THE_REPORT)


def judged_indicators(rule: Rule, indicators: Collection[Indicator]) -> tuple[str, ...] | None:
    """Return the ids of the indicators that a rule applies to, in the catalogue's order; None: to whole reports.

    Raises:
        RuleBrokenError: there is no such kind.
    """
    kind = kind_of(rule)
    if kind.table == SUBMISSIONS:
        return None
    named = {figure.indicator for figures in kind.figures(rule.parameters).values() for figure in figures}
    applicable = (indicator.id for indicator in indicators if kind.applies_to(indicator))
    return tuple(indicator for indicator in applicable if indicator in (rule.indicators or named or [indicator]))
