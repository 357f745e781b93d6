"""What rules cover, and how far they look: within the report they judge, or also at other reports."""

from collections.abc import Collection
from typing import Final

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import DUE, OBSERVATIONS, REGISTER, SUBMISSIONS, TABLES
from expectations.registry import kind_of
from expectations.sql import rule_query

_OWN: Final = frozenset({SUBMISSIONS, OBSERVATIONS, DUE, REGISTER})


def looks_beyond(rule: Rule, indicators: Collection[Indicator]) -> bool:
    """Whether what a rule finds in a report depends on other reports; `indicators` are the catalogue's.

    Raises:
        RuleBrokenError: there is no such kind.
        ValueError: the rule cannot be put into SQL.
    """
    query = rule_query(rule, kind_of(rule), "any", indicators)
    return any(table in query for table in TABLES.keys() - _OWN)


def covered(rule: Rule, indicators: Collection[Indicator]) -> tuple[str, ...] | None:
    """Ids of the indicators that a rule judges, in the catalogue's order; None: it judges reports as wholes.

    Raises:
        RuleBrokenError: there is no such kind.
    """
    kind = kind_of(rule)
    if kind.table == SUBMISSIONS:
        return None
    named = {figure.indicator for figures in kind.figures(rule.parameters).values() for figure in figures}
    fitting = (indicator.id for indicator in indicators if kind.applies_to(indicator))
    return tuple(item for item in fitting if item in (named or rule.indicators or [item]))
