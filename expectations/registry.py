"""Registry of rule kinds: every module of `kinds/`, by its name."""

import pkgutil
from functools import cache
from importlib import import_module

from domain.rules import Rule
from expectations import kinds
from expectations.errors import RuleBrokenError
from expectations.kind import RuleKind


@cache
def kind_names() -> frozenset[str]:
    """Return the names of all rule kinds."""
    return frozenset(module.name for module in pkgutil.iter_modules(kinds.__path__))


@cache
def find_kind(name: str) -> RuleKind:
    """Return the kind of that name.

    Raises:
        KeyError: there is no such kind.
    """
    if name not in kind_names():
        raise KeyError(name)
    kind: RuleKind = import_module(f"{kinds.__name__}.{name}").KIND
    return kind


def kind_of(rule: Rule) -> RuleKind:
    """Return the kind of a rule.

    Raises:
        RuleBrokenError: there is no such kind; the message names the rule's file and line.
    """
    try:
        return find_kind(rule.kind)
    except KeyError:
        known = ", ".join(sorted(kind_names()))
        raise RuleBrokenError.of(rule, f"there is no rule kind {rule.kind}; known are {known}") from None
