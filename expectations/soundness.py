"""Whether rules are written so that they can judge at all: looked at before any report is."""

from collections.abc import Collection, Sequence

from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import RuleBrokenError
from expectations.registry import kind_of
from expectations.sql import GUARD, rule_query

_ANY_RUN = "any"


def require_sound(rules: Sequence[Rule], indicators: Collection[Indicator]) -> None:
    """Let rules pass that can be put into SQL; needs neither Great Expectations nor a database.

    Raises:
        RuleBrokenError: two rules have one id, there is no such kind, or a parameter or an indicator does not fit it;
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
