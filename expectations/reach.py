"""How far rules look: within the report they judge, or also at earlier reports and those of other communes."""

from collections.abc import Collection
from typing import Final

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import DUE, OBSERVATIONS, REGISTER, SUBMISSIONS, TABLES
from expectations.registry import find_kind
from expectations.sql import rule_query

_OWN: Final = frozenset({SUBMISSIONS, OBSERVATIONS, DUE, REGISTER})


def looks_beyond(rule: Rule, indicators: Collection[Indicator]) -> bool:
    """Whether what a rule finds in a report depends on other reports; `indicators` are the catalogue's."""
    query = rule_query(rule, find_kind(rule.kind), "any", indicators)
    return any(table in query for table in TABLES.keys() - _OWN)
