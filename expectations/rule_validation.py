"""Validation of rules, before any report is checked."""

from collections.abc import Collection, Sequence

from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import RuleBrokenError
from expectations.registry import kind_of
from expectations.sql import GUARD, rule_query

_ANY_RUN = "any"


def require_valid_rules(rules: Sequence[Rule], indicators: Collection[Indicator]) -> None:
    """Raise unless all rules can be translated into SQL; needs neither Great Expectations nor a database.

    Raises:
        RuleBrokenError: two rules have one id, there is no such kind, or a parameter or an indicator does not suit it;
            the message names the rule's file and line.
    """
    seen = {GUARD}
    for rule in rules:
        if rule.id in seen:
            raise RuleBrokenError.of(rule, "another rule has the same id")
        seen.add(rule.id)
        try:
            rule_query(rule, kind_of(rule), _ANY_RUN, indicators)
        except ValueError as error:
            raise RuleBrokenError.of(rule, str(error)) from error
