"""Whether rules are written so that they can judge at all: looked at before any report is."""

from collections.abc import Collection, Sequence

from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import RuleBrokenError
from expectations.kind import Kind
from expectations.registry import find_kind, kind_names
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
            raise broken(rule, "another rule has the same id")
        seen.add(rule.id)
        try:
            rule_query(rule, kind_of(rule), _ANY_RUN, indicators)
        except ValueError as error:
            raise broken(rule, str(error)) from error


def kind_of(rule: Rule) -> Kind:
    """The kind of a rule.

    Raises:
        RuleBrokenError: there is none of that name.
    """
    try:
        return find_kind(rule.kind)
    except KeyError:
        known = ", ".join(sorted(kind_names()))
        raise broken(rule, f"there is no rule kind {rule.kind}; known are {known}") from None


def broken(rule: Rule, reason: str) -> RuleBrokenError:
    """What is wrong with a rule, and where it is written."""
    place = f"{rule.file}:{rule.line}" if rule.line else rule.file
    return RuleBrokenError(rule.id, reason, place)
